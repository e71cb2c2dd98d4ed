import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openKeptResults } from '../../bench/delivery/kept-results.ts'
import { TRUECOUNT } from '../../bench/delivery/node/node-sdks.ts'
import { runNodeCell } from '../../bench/delivery/node/run-node-cell.ts'
import { deliveryPage } from '../../bench/delivery/page/delivery-page.ts'
import type { Scenario } from '../node/scenario.ts'

const run = promisify(execFile)
const MAIN = fileURLToPath(new URL('../../bench/delivery/main.ts', import.meta.url))
const WITHIN = new URL('../../bench/delivery/node/within.ts', import.meta.url).href

test('the delivery benchmark counts what is lost and doubled, without a peer', async () => {
  const args = ['--part', 'node', '--sdk', 'truecount', '--scenario', 'lost ack, all first attempts']
  const { stdout } = await run(process.execPath, [MAIN, ...args])
  // Every batch is taken twice, and its repeats bear the keys of the first.
  expect(stdout).toContain('| lost ack, all first attempts | 0 / 200 / 0 |')
})

test('a cell of the delivery benchmark that does not end is cut, and says so of the runs that began', async () => {
  const endless: Scenario = {
    name: 'endless',
    startsDown: true,
    queue: 'folder',
    runs: [{ steps: [{ do: 'track', count: 3 }, { do: 'stay' }] }, { steps: [{ do: 'track', count: 5 }] }],
  }
  const cell = await runNodeCell(TRUECOUNT, endless, 2000)
  expect(cell).toEqual({ kind: 'run', lost: 3, doubled: 0, blind: 0, note: 'no end within 2 s' })
})

test('no timer of the delivery benchmark keeps the process of an SDK alive', async () => {
  const code = `import { within } from '${WITHIN}'; await within(3_600_000, async () => true); console.log('done')`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { timeout: 60_000 })
  expect(stdout).toBe('done\n')
})

test('results of the delivery benchmark are kept: a run that resumes measures only what is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-kept-'))
  const open = (resume: boolean) => openKeptResults({ file: join(folder, 'kept.json'), resume, say: () => undefined })
  const first = await open(false)
  await first.result('kept', async () => 1)
  await first.result('nothing', async () => undefined)
  const second = await open(true)
  expect(await second.result('kept', async () => 2)).toBe(1)
  expect(await second.result('nothing', async () => 2)).toBeUndefined()
  expect(await second.result('missing', async () => 3)).toBe(3)
  const third = await open(false)
  expect(await third.result('kept', async () => 4)).toBe(4)
  const fourth = await open(true)
  expect(await fourth.result('kept', async () => 5)).toBe(4)
  await rm(folder, { recursive: true })
})

test('the page of the delivery benchmark shows where a peer is better, and which bar is missed', () => {
  const cell = (lost: number) => ({ kind: 'run', lost, doubled: 0, blind: 0, note: '' }) as const
  const page = deliveryPage({
    span: [0, 60_000],
    node: { sdks: ['truecount', 'peer'], rows: [{ scenario: 'fire', cells: [cell(2), cell(1)] }] },
    chromium: undefined,
    cost: {
      runs: 1,
      work: {
        sdks: ['truecount, memory', 'truecount, file queue', 'peer', 'nothing'],
        figures: [{ name: 'CPU', unit: 'µs', bar: 15, values: [10, 20, 5, 1] }],
      },
      install: { sdks: ['truecount'], figures: [{ name: 'size', unit: 'KB', bar: 1, values: [2] }] },
      bundle: { sdks: ['truecount'], figures: [{ name: 'brotli', unit: 'bytes', bar: 3, values: [2] }] },
    },
  })
  expect(page.split('\n')).toEqual(
    expect.arrayContaining([
      '| fire | 2 / 0 / 0 | **1 / 0 / 0** |',
      '| truecount, memory | 10 |',
      '| truecount, file queue | 20 (×2) |',
      '| peer | **5 (×0.5)** |',
      '| nothing | 1 |',
      '| _bar_ | ≤ 15: met, missed |',
      '| _bar_ | ≤ 1: missed |',
      '| _bar_ | ≤ 3: met |',
      '- fire: peer 1 / 0 / 0; truecount 2 / 0 / 0',
      '- CPU, µs: peer 5; truecount, memory 10',
    ]),
  )
})

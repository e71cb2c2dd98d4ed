import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ok, sequence, startRecordingCollector, status } from '@truecount/testkit'
import type { RecordingCollector } from '@truecount/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { installPackage } from './install-package.ts'
import { makePackedProject } from './runtimes/packed-project.ts'

const run = promisify(execFile)
const EVENTS = 25

/** A program that runs scripts, from an npm package; `bin` is its path below `node_modules`, `args` come first. */
interface Runtime {
  readonly name: string
  readonly version: string
  readonly bin: string
  readonly args: readonly string[]
}

const RUNTIMES: readonly Runtime[] = [
  { name: 'node', version: '20.20.2', bin: '.bin/node', args: [] },
  { name: 'node', version: '22.23.3', bin: '.bin/node', args: [] },
  { name: 'node', version: '24.21.0', bin: '.bin/node', args: [] },
  { name: 'node', version: '26.10.0', bin: '.bin/node', args: [] },
  { name: 'bun', version: '1.4.5', bin: '.bin/bun', args: [] },
  { name: 'deno', version: '2.9.6', bin: '.bin/deno', args: ['run', '--allow-all', '--node-modules-dir=manual'] },
]

let project: string
let collector: RecordingCollector

beforeAll(async () => {
  project = await makePackedProject()
})
afterAll(() => rm(project, { recursive: true }))
beforeEach(async () => {
  collector = await startRecordingCollector()
})
afterEach(() => collector.stop())

function expectStoredOnce(events: number): void {
  const numbers = [...collector.stored.values()].map(({ metadata }) => metadata?.['n'] as number)
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: events }, (_, n) => n))
}

describe.each(RUNTIMES)('in $name $version the packed SDK loses nothing', ({ name, version, bin, args }) => {
  async function runService(modules: string, ...rest: string[]): Promise<string> {
    const { stdout } = await run(join(modules, bin), [...args, 'service.mjs', collector.url, ...rest], {
      cwd: project,
      timeout: 60_000,
    })
    return stdout
  }

  test('flush() delivers, and says so', async ({ skip }) => {
    const installed = await installPackage('runtimes', name, version)
    if (!installed.ok) return skip(installed.reason)
    const said = JSON.parse(await runService(installed.modules, `${EVENTS}`, 'flush')) as unknown
    expect(said).toMatchObject({
      flushed: { delivered: EVENTS, waiting: 0, dropped: 0 },
      stats: { captured: EVENTS, adopted: 0, delivered: EVENTS, rejected: 0, dropped: 0, waiting: 0 },
    })
    expectStoredOnce(EVENTS)
  }, 180_000)

  test('a process that ends by itself sends what waits', async ({ skip }) => {
    const installed = await installPackage('runtimes', name, version)
    if (!installed.ok) return skip(installed.reason)
    await runService(installed.modules, `${EVENTS}`, 'end')
    expectStoredOnce(EVENTS)
  })

  test('what process.exit() cut off is in the file queue, and the next start delivers it', async ({ skip }) => {
    const installed = await installPackage('runtimes', name, version)
    if (!installed.ok) return skip(installed.reason)
    const folder = join(project, `queue-${name}-${version}`)
    await runService(installed.modules, `${EVENTS}`, 'exit', folder)
    expect(collector.stored.size).toBe(0)
    const said = JSON.parse(await runService(installed.modules, '0', 'flush', folder)) as unknown
    expect(said).toMatchObject({ stats: { captured: 0, adopted: EVENTS, delivered: EVENTS, waiting: 0 } })
    expectStoredOnce(EVENTS)
  })
})

/** The part of Miniflare's API that is used; its types come with an install that may not be there. */
interface Miniflare {
  new (options: object): { dispatchFetch(url: string): Promise<Response>; dispose(): Promise<void> }
}

describe('in workerd the packed SDK loses nothing', () => {
  test('waitUntil sends after the answer, past a failed attempt', async ({ skip }) => {
    const installed = await installPackage('runtimes', 'miniflare', '4.20260730.0')
    if (!installed.ok) return skip(installed.reason)
    collector.setFaults(sequence([status(503)], ok))
    const entry = pathToFileURL(join(installed.modules, 'miniflare/dist/src/index.js')).href
    const { Miniflare } = (await import(entry)) as { Miniflare: Miniflare }
    const workerd = new Miniflare({
      modules: [
        { type: 'ESModule', path: 'worker.mjs', contents: await readFile(join(project, 'worker.mjs'), 'utf8') },
        { type: 'ESModule', path: 'truecount.js', contents: await readFile(await edgeEntry(), 'utf8') },
      ],
      modulesRoot: '.',
      compatibilityDate: '2026-07-01',
      bindings: { ENDPOINT: collector.url },
    })
    try {
      for (const round of [1, 2]) {
        const answer = await workerd.dispatchFetch('http://localhost/')
        expect(await answer.json()).toMatchObject({ captured: EVENTS, waiting: EVENTS })
        await collector.waitFor(({ stored }) => stored.size === EVENTS * round, 30_000)
      }
    } finally {
      await workerd.dispose()
    }
    expect(collector.requests.map(({ outcome, events }) => [outcome, events.length])).toEqual([
      ['status', EVENTS],
      ['ok', EVENTS],
      ['ok', EVENTS],
    ])
  }, 180_000)
})

/** Where the package's export conditions lead a worker; the same for each of the names that platforms have for it. */
async function edgeEntry(): Promise<string> {
  const entries = new Set<string>()
  for (const condition of ['workerd', 'edge-light', 'worker']) {
    // `browser` as well: those who bundle for workers set both, and the worker's must win.
    const conditions = ['--conditions', condition, '--conditions', 'browser']
    const resolve = ['--input-type=module', '--eval', 'console.log(import.meta.resolve("truecount"))']
    const { stdout } = await run(process.execPath, [...conditions, ...resolve], { cwd: project })
    entries.add(fileURLToPath(stdout.trim()))
  }
  expect(entries.size).toBe(1)
  return [...entries][0] as string
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNodeChild } from '../src/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testkit-child-'))
})
afterAll(() => rm(folder, { recursive: true }))

let scripts = 0
async function script(source: string): Promise<string> {
  const path = join(folder, `${++scripts}.mjs`)
  await writeFile(path, source)
  return path
}

test('a line is found whether it came before or comes after the wait begins', async () => {
  const child = startNodeChild(
    await script(
      `console.log('ready ' + process.argv[2]); setInterval(() => console.log('later ' + process.env.WORD), 20)`,
    ),
    {
      args: ['now'],
      env: { WORD: 'tick' },
    },
  )
  expect(await child.waitForLine(/^ready/)).toBe('ready now')
  expect(await child.waitForLine(/^later/)).toBe('later tick')
  expect(await child.waitForLine(/^ready/)).toBe('ready now')
  await child.kill()
})

test('SIGKILL ends a process that would not end', async () => {
  const child = startNodeChild(
    await script(`process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1000)`),
  )
  await child.waitForLine(/up/)
  expect(await child.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  expect(child.output()).toBe('up\n')
})

test('a process that ends by itself tells its code and all its output', async () => {
  const child = startNodeChild(await script(`console.log('out'); console.error('err'); process.exitCode = 3`))
  expect(await child.exited).toEqual({ code: 3, signal: null })
  expect(child.output().split('\n').sort()).toEqual(['', 'err', 'out'])
})

test('a wait for a line of a process that ended without it rejects with the output', async () => {
  const child = startNodeChild(await script(`console.log('only this')`))
  await expect(child.waitForLine(/never/)).rejects.toThrow(/without a line \/never\/[^]*only this/)
})

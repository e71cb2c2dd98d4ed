import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import { expect, test } from 'vitest'

const COMMAND = fileURLToPath(new URL('../../collector/bin/truecount.js', import.meta.url))

/** What a process was started with, while it listens. */
async function startOf(environment: Readonly<Record<string, string>>): Promise<{ command: string; variables: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'truecount-'))
  const child = startNodeChild(COMMAND, {
    args: ['serve', '--db', join(folder, 'truecount.db'), '--port', '0'],
    env: environment,
  })
  await child.waitForLine(/"listening"/)
  const textOf = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  const start = { command: textOf('cmdline'), variables: textOf('environ') }
  expect(await child.kill('SIGTERM')).toMatchObject({ code: 0 })
  rmSync(folder, { recursive: true })
  return start
}

test.runIf(process.platform === 'linux')('The command bounds its memory, in the process that was started', async () => {
  const { command, variables } = await startOf({})
  expect(command).toContain('\0--max-semi-space-size=8\0')
  expect(variables).toMatch(/(^|\0)MALLOC_ARENA_MAX=1\0/)
  expect(variables).toMatch(/(^|\0)MALLOC_MMAP_THRESHOLD_=1048576\0/)
})

test.runIf(process.platform === 'linux')('Whoever bounds its memory in another way is obeyed', async () => {
  const { command, variables } = await startOf({ NODE_OPTIONS: '--max-semi-space-size=16', MALLOC_ARENA_MAX: '3' })
  expect(command).not.toContain('--max-semi-space-size')
  expect(variables).toMatch(/(^|\0)MALLOC_ARENA_MAX=3\0/)
})

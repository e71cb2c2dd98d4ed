import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { installPackage } from './install-package.ts'

const COMMAND = fileURLToPath(new URL('../../collector/bin/truecount.js', import.meta.url))

test('On a Node that is too old the command says which it needs', async ({ skip }) => {
  const installed = await installPackage('runtimes', 'node', '20.20.2')
  if (!installed.ok) return skip(installed.reason)
  const node = join(installed.modules, '.bin/node')
  const ended = await new Promise<{ code: unknown; err: string }>((resolve) => {
    execFile(node, [COMMAND, 'doctor'], (error, _out, err) => resolve({ code: error?.code, err }))
  })
  expect(ended).toEqual({
    code: 1,
    err: expect.stringMatching(/^truecount needs Node 24 or newer, and this is Node 20\.20\.2 /),
  })
})

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packPackage, pnpmCommand } from '../src/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testkit-pack-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('a packed package names versions where its workspace has protocols of its own', { timeout: 60_000 }, async () => {
  const tarball = await packPackage(new URL('..', import.meta.url).pathname, folder)
  const { stdout } = await promisify(execFile)('tar', ['-xzOf', tarball, 'package/package.json'])
  expect(stdout).toContain('"@truecount/protocol": "0.0.0"')
  expect(stdout).not.toMatch(/workspace:|catalog:/)
})

test('pnpm is the one that runs us, else the pinned one', () => {
  expect(pnpmCommand({ npm_config_user_agent: 'pnpm/10.0.0 npm/? node/v24' })).toEqual(['pnpm'])
  expect(pnpmCommand({})).toEqual(['npx', '--yes', expect.stringMatching(/^pnpm@\d+\.\d+\.\d+$/)])
})

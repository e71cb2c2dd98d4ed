import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

describe('truecount serve says in its log who may call the flat API', { timeout: 60_000 }, () => {
  test.each([
    ['info', 'loopback', 200, []],
    ['info', 'key', 401, ['--host', '0.0.0.0']],
    ['warn', 'open', 200, ['--host', '0.0.0.0', '--flat-api', 'open']],
    ['info', 'key', 401, ['--trusted-proxies', '127.0.0.1']],
  ])('%s, %s, so that a call without a key is %i: %j', async (level, access, status, args) => {
    const db = join(folder.path, 'start.db')
    const child = startNodeChild(MAIN, { args: ['serve', '--db', db, '--port', '0', ...args] })
    try {
      const told = JSON.parse(await child.waitForLine(/"flat API"/, 30_000))
      expect(told).toMatchObject({ level, access })
      const { url } = JSON.parse(await child.waitForLine(/"listening"/, 30_000)) as { url: string }
      expect((await fetch(`${url.replace('0.0.0.0', '127.0.0.1')}/events`)).status).toBe(status)
    } finally {
      await child.kill('SIGTERM')
    }
  })

  test('a project that does not exist ends it, and is named', async () => {
    const args = ['serve', '--db', join(folder.path, 'none.db'), '--port', '0', '--flat-project', 'nowhere']
    const child = startNodeChild(MAIN, { args })
    expect((await child.exited).code).toBe(1)
    expect(child.output()).toContain('there is no project nowhere')
  })
})

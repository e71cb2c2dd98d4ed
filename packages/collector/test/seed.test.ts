import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { openTestStore } from './open-test-store.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = startNodeChild(MAIN, { args })
  const { code } = await child.exited
  return { code, output: child.output() }
}

async function contentOf(db: string) {
  const store = await openTestStore(db)
  try {
    const projectId = (await store.projects.first())?.id as string
    const { events, total } = await store.eventPages.page(projectId, 0, 1_000)
    const { uniqueUsers } = await store.eventStats.stats({ projectId }, 3)
    return { events, total, uniqueUsers, users: await store.users.oldest(projectId, 1_000) }
  } finally {
    await store.close()
  }
}

describe('truecount seed', { timeout: 60_000 }, () => {
  test('stores as many events of as many users as were wished for: the same for the same seed, and once', async () => {
    const [one, two, other] = ['one.db', 'two.db', 'other.db'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ]
    const wish = ['--events', '1500', '--users', '7', '--json']
    for (const db of [one, two]) {
      const { code, output } = await run('seed', '--db', db, '--seed', '5', ...wish)
      expect(code).toBe(0)
      expect(JSON.parse(output)).toMatchObject({ stored: 1500, events_per_second: expect.any(Number) })
    }
    await run('seed', '--db', other, '--seed', '6', ...wish)
    const first = await contentOf(one)
    expect(first).toMatchObject({ total: 1500, uniqueUsers: 7, users: [1, 2, 3, 4, 5, 6, 7] })
    expect(await contentOf(two)).toEqual(first)
    expect((await contentOf(other)).events).not.toEqual(first.events)
    expect(JSON.parse((await run('seed', '--db', one, '--seed', '5', ...wish)).output)).toMatchObject({ stored: 0 })
    expect(await contentOf(one)).toEqual(first)
    expect((await run('doctor', '--db', one)).code).toBe(0)
  })

  test.each(['--events', '--users', '--seed'])('%s must be a whole number from 1', async (flag) => {
    const { code, output } = await run('seed', flag, '0', '--db', join(folder.path, 'none.db'))
    expect(code).toBe(2)
    expect(output).toContain(`${flag} must be a whole number from 1, got 0`)
  })
})

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runInProcess as run } from './run-in-process.ts'
import { startTestApp, temporaryFolder, type TestApp } from './start-test-app.ts'

const folder = temporaryFolder()
const out = join(folder.path, 'out.ndjson')
let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(async () => {
  await app.stop()
  folder.remove()
})

describe('A project that is mistyped', () => {
  test.each([
    ['keys', 'list'],
    ['keys', 'create', '--kind', 'secret'],
    ['webhooks', 'list'],
    ['export', '--to', out],
    ['prune', '--older-than', '1d'],
    ['retention', '--days', '1'],
  ])('is told by %s %s, which does nothing', async (...args) => {
    const answer = await run(...args, '--db', app.dbPath, '--project', 'nope')
    expect(answer).toEqual({ code: 1, out: '', err: 'There is no project nope in this database\n' })
    expect(existsSync(out)).toBe(false)
  })
})

test('A webhook that is mistyped is told by webhooks tail, which waits for none', async () => {
  const answer = await run('webhooks', 'tail', '--db', app.dbPath, '--webhook', 'nope')
  expect(answer).toEqual({ code: 1, out: '', err: 'There is no webhook nope in this database\n' })
})

test('keys list and webhooks list show those of the project that is named alone, in any case', async () => {
  const other = await app.newProject('secret')
  await app.post('/api/v1/webhooks', { url: 'https://hook.example', events: ['a'] }, other.key)
  const projectsIn = async (...args: string[]) => {
    const { out: text } = await run(...args, '--json', '--db', app.dbPath)
    return (JSON.parse(text) as { project_id: string }[]).map((shown) => shown.project_id)
  }
  const named = ['--project', other.projectId.toUpperCase()]
  expect(await projectsIn('keys', 'list', ...named)).toEqual([other.projectId])
  expect(await projectsIn('webhooks', 'list', ...named)).toEqual([other.projectId])
  expect(await projectsIn('keys', 'list')).toHaveLength(3)
  expect(await projectsIn('webhooks', 'list', '--project', app.projectId)).toEqual([])
})

import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { newKey } from '../src/manage/new-key.ts'
import { rememberAccess } from '../src/store/remember-access.ts'
import { openTestStore } from './open-test-store.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

let lookUps = 0
let projectLookUps = 0
const app: TestApp = await startTestApp({
  wrapStore: (store) => ({
    ...store,
    projects: { ...store.projects, first: () => ((projectLookUps += 1), store.projects.first()) },
    apiKeys: { ...store.apiKeys, findByHash: (hash) => ((lookUps += 1), store.apiKeys.findByHash(hash)) },
  }),
})
/** As another process has it. */
const other = await openTestStore(app.dbPath)
const event = { event_name: 'a' }
const statusWith = async (key: string) => (await app.post('/api/v1/events', event, key)).status

afterAll(async () => {
  await other.close()
  await app.stop()
})

test('A key is looked up once while no other process commits anything', async () => {
  await statusWith(app.publishableKey)
  const before = lookUps
  for (let i = 0; i < 5; i++) expect(await statusWith(app.publishableKey)).toBe(202)
  expect(lookUps).toBe(before)
  await other.users.create(app.projectId, ['a'])
  expect(await statusWith(app.publishableKey)).toBe(202)
  expect(lookUps).toBe(before + 1)
})

test('The project of the flat API is looked up once while no other process commits anything', async () => {
  const list = async () =>
    (await fetch(`${app.url}/events`, { headers: { authorization: `Bearer ${app.secretKey}` } })).status
  await list()
  const before = projectLookUps
  for (let i = 0; i < 5; i++) expect(await list()).toBe(200)
  expect(projectLookUps).toBe(before)
  await other.users.create(app.projectId, ['b'])
  expect(await list()).toBe(200)
  expect(projectLookUps).toBe(before + 1)
})

test('All who ask in a task of the event loop ask the file once whether another process committed anything, and again in the next', async () => {
  let asked = 0
  const commitsOfOthers = () => ((asked += 1), other.commitsOfOthers())
  const { apiKeys } = rememberAccess({ ...other, commitsOfOthers }, process.nextTick)
  for (const tasks of [1, 2]) {
    await Promise.all(Array.from({ length: 20 }, () => apiKeys.findByHash('00')))
    expect(asked).toBe(tasks)
    // Nothing is read from a connection before it: what another process did by then holds for what is read next.
    await new Promise<void>((over) => process.nextTick(over))
  }
})

test('What another process does to keys and projects holds for the next request', async () => {
  const limits = { eventsPerMinute: 0, analyticsPerMinute: 0 }
  for (let round = 0; round < 3; round++) {
    const { key, record } = newKey({ projectId: app.projectId, kind: 'publishable', ...limits }, 0, randomBytes)
    expect(await statusWith(key)).toBe(401)
    await other.apiKeys.create(record)
    expect(await statusWith(key)).toBe(202)
    const { key: next, record: successor } = newKey(record, 0, randomBytes)
    await other.apiKeys.replace(record.id, successor)
    expect([await statusWith(key), await statusWith(next)]).toEqual([401, 202])
    await other.apiKeys.revoke(app.projectId, successor.id, 1)
    expect(await statusWith(next)).toBe(401)
  }
})

test('Origins that a project allows hold at once, set by another process or by this one', async () => {
  const statusFrom = async (origin: string) => {
    const headers = { origin, authorization: `Bearer ${app.publishableKey}`, 'content-type': 'application/json' }
    return (await fetch(`${app.url}/api/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) })).status
  }
  expect(await statusFrom('https://a.example')).toBe(202)
  const project = (await other.projects.find(app.projectId))!
  await other.projects.update({ ...project, allowedOrigins: ['https://b.example'] })
  expect([await statusFrom('https://a.example'), await statusFrom('https://b.example')]).toEqual([403, 202])
  const allowed = { allowed_origins: ['https://a.example'] }
  const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' }
  const patch = { method: 'PATCH', headers, body: JSON.stringify(allowed) }
  expect((await fetch(`${app.url}/api/v1/projects/current`, patch)).status).toBe(200)
  expect([await statusFrom('https://a.example'), await statusFrom('https://b.example')]).toEqual([202, 403])
})

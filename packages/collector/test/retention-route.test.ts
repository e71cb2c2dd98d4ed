import { afterEach, describe, expect, test } from 'vitest'
import { answerOf, startTestApp, type Answer, type TestApp } from './start-test-app.ts'

const PROJECT = '/api/v1/projects/current'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(): Promise<TestApp> {
  const app = await startTestApp()
  stops.push(app.stop)
  return app
}

function patch(app: TestApp, body: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' }
  return answerOf(fetch(app.url + PROJECT, { method: 'PATCH', headers, body: JSON.stringify(body) }))
}

describe('Retention', () => {
  test('is set, shown and lifted by the project, and no other project has it', async () => {
    const app = await started()
    const other = await app.newProject('secret')
    expect((await app.get(PROJECT)).body.retention_days).toBeNull()
    const patched = await patch(app, { retention_days: 400 })
    expect([patched.status, patched.body]).toEqual([200, (await app.get(PROJECT)).body])
    expect(patched.body).toMatchObject({ id: app.projectId, retention_days: 400, allowed_origins: null })
    expect(await app.store.retention.list()).toEqual([
      { projectId: app.projectId, days: 400 },
      { projectId: other.projectId, days: null },
    ])
    expect((await patch(app, { name: 'Shop' })).body).toMatchObject({ retention_days: 400 })
    expect((await patch(app, { retention_days: null })).body).toMatchObject({
      name: 'Shop',
      retention_days: null,
    })
  })

  test.each([0, -1, 1.5, '30', 100_000, true])('%j is no number of days, and nothing is changed', async (days) => {
    const app = await started()
    const answer = await patch(app, { name: 'renamed', retention_days: days })
    expect(answer.body).toEqual({
      error: 'invalid_request',
      message: expect.stringContaining('retention_days: must be a whole number from 1 to 99999'),
      code: 400,
    })
    expect((await app.get(PROJECT)).body).toMatchObject({ name: '', retention_days: null })
  })
})

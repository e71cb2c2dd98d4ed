import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { answerOf, temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

async function run(...args: string[]) {
  const child = startNodeChild(MAIN, { args })
  const { code } = await child.exited
  return { code, output: child.output() }
}

async function serve(dbPath: string) {
  const child = startNodeChild(MAIN, { args: ['serve', '--db', dbPath, '--port', '0'] })
  const { url } = JSON.parse(await child.waitForLine(/"msg":"listening"/, 30_000)) as { url: string }
  return { child, url }
}

function post(url: string, key: string, event: object) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return answerOf(fetch(`${url}/api/v1/events`, { method: 'POST', headers, body: JSON.stringify(event) }))
}

describe('truecount', { timeout: 60_000 }, () => {
  test.each([
    [['bogus'], 'Unknown command: bogus'],
    [[], 'No command given'],
    [['serve', '--bad'], "Unknown option '--bad'"],
    [['serve', 'extra'], 'extra'],
    [['serve', '--port', '99999', '--durability', 'maybe'], 'port must be a whole number from 0 to 65535, got 99999'],
    [['serve', '--port', '99999', '--durability', 'maybe'], 'durability must be process or power, got maybe'],
    [['keys', 'create', '--kind', 'golden'], '--kind must be secret or publishable, got golden'],
    [
      ['keys', 'create', '--kind', 'secret', '--events-per-minute', '1e3'],
      '--events-per-minute must be a whole number',
    ],
    [['keys', 'revoke'], 'keys revoke wants one key, got 0'],
  ])('%j ends with 2 and says why', async (args, message) => {
    const { code, output } = await run(...args)
    expect(output).toContain(message)
    expect(code).toBe(2)
  })

  test('version prints the version of the package', async () => {
    expect(await run('version')).toEqual({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('serve makes a project and prints its keys once, keys made while it runs are valid at once, SIGTERM ends it with 0, and it is alone on its file', async () => {
    const dbPath = join(folder.path, 'serve.db')
    const { child, url } = await serve(dbPath)
    const first = JSON.parse(await child.waitForLine(/first start/)) as Record<string, string>
    expect((await post(url, first['publishable_key'] as string, { event_name: 'a' })).status).toBe(202)
    const made = await run('keys', 'create', '--db', dbPath, '--kind', 'secret', '--json')
    const key = JSON.parse(made.output) as Record<string, string>
    expect(key).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^tc_sk_[\w-]{32}$/),
      kind: 'secret',
      project_id: first['project_id'],
    })
    expect((await post(url, key['key'] as string, { event_name: 'a' })).status).toBe(202)
    expect(await run('keys', 'create', '--db', dbPath, '--kind', 'secret', '--project', 'x')).toMatchObject({ code: 1 })
    expect(await child.kill('SIGTERM')).toEqual({ code: 0, signal: null })

    const again = await serve(dbPath)
    expect(again.child.output()).not.toContain('tc_')
    expect(await run('serve', '--db', dbPath, '--port', '0')).toEqual({
      code: 1,
      output: `Another collector runs on ${dbPath}: stop it first, or give this one a file of its own\n`,
    })
    await again.child.kill('SIGKILL')
    const third = await serve(dbPath)
    expect(await third.child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })

  test('keys are made with limits, listed by their beginning, rotated and revoked, all at once in a running collector', async () => {
    const dbPath = join(folder.path, 'keys.db')
    const { child, url } = await serve(dbPath)
    const project = JSON.parse((await run('projects', 'create', '--db', dbPath, '--name', 'Shop', '--json')).output)
    expect(project).toEqual({ id: expect.any(String), name: 'Shop', created_at: expect.any(String) })
    expect((await run('projects', 'list', '--db', dbPath)).output).toContain(`${project.id}  Shop\n`)
    const to = ['--db', dbPath, '--project', project.id, '--json']
    const made = JSON.parse((await run('keys', 'create', '--kind', 'secret', '--events-per-minute', '1', ...to)).output)
    expect((await post(url, made.key, { event_name: 'a' })).status).toBe(202)
    expect((await post(url, made.key, { event_name: 'a' })).status).toBe(429)
    const rotated = JSON.parse((await run('keys', 'rotate', made.id, '--db', dbPath, '--json')).output)
    expect(rotated).toEqual({ id: expect.any(String), key: expect.any(String), kind: 'secret', project_id: project.id })
    expect((await post(url, made.key, { event_name: 'a' })).status).toBe(401)
    expect((await post(url, rotated.key, { event_name: 'a' })).status).toBe(202)
    expect((await post(url, rotated.key, { event_name: 'a' })).status).toBe(429)
    expect(await run('keys', 'revoke', rotated.key, '--db', dbPath)).toMatchObject({ code: 0 })
    expect((await post(url, rotated.key, { event_name: 'a' })).status).toBe(401)
    expect(await run('keys', 'revoke', rotated.key, '--db', dbPath)).toMatchObject({ code: 1 })
    const listed = await run('keys', 'list', ...to)
    expect(listed.output).not.toContain(rotated.key)
    expect(JSON.parse(listed.output)).toMatchObject([
      { id: made.id, events_per_minute: 1, analytics_per_minute: 10, revoked_at: expect.any(String) },
      { id: rotated.id, prefix: rotated.key.slice(0, 12), events_per_minute: 1, revoked_at: expect.any(String) },
    ])
    await child.kill('SIGTERM')
  })

  test('An acknowledged event survives SIGKILL: killed right after the 2xx, its row is there', async () => {
    const dbPath = join(folder.path, 'killed.db')
    const { key } = JSON.parse((await run('keys', 'create', '--db', dbPath, '--kind', 'secret', '--json')).output) as {
      key: string
    }
    const { child, url } = await serve(dbPath)
    const acknowledged: string[] = []
    const sending = Array.from({ length: 8 }, async (_, sender) => {
      for (let i = 0; acknowledged.length < 300; i++) {
        const { body } = await post(url, key, { event_name: 'a', idempotency_key: `${sender}-${i}` })
        acknowledged.push(body.event_id)
        if (acknowledged.length === 300) process.kill(child.pid, 'SIGKILL')
      }
    })
    await Promise.allSettled(sending)
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL' })
    const exported = join(folder.path, 'killed.ndjson')
    expect(await run('export', '--db', dbPath, '--to', exported)).toMatchObject({ code: 0 })
    const lines = readFileSync(exported, 'utf8').trimEnd().split('\n')
    const stored = lines.map((line) => (JSON.parse(line) as { event_id: string }).event_id)
    const found = new Set(stored)
    expect(found.size).toBe(stored.length)
    expect(acknowledged.length).toBeGreaterThanOrEqual(300)
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([])
  })
})

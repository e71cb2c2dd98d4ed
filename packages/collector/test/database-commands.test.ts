import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import Database from 'better-sqlite3'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startTestApp, temporaryFolder, type TestApp } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
let files = 0
const newPath = (end: string) => join(folder.path, `${++files}-${end}`)

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

async function run(...args: string[]) {
  const child = startNodeChild(MAIN, { args })
  const { code } = await child.exited
  return { code, output: child.output() }
}

async function runJson(...args: string[]) {
  const { code, output } = await run(...args, '--json')
  return Object.assign(JSON.parse(output) as Record<string, unknown>, { code })
}

const laneKey = (seq: number) => `tc1.AAAAAAAAAAAAAAAA.${seq}`

/** A collector with events of every kind: of a lane, with another key, with none, a drop report, an odd text. */
async function filled(): Promise<TestApp> {
  const app = await startTestApp()
  stops.push(app.stop)
  const other = await app.newProject('secret')
  await app.post('/api/v1/events/batch', [
    { event_name: 'a', user_id: 'u1', timestamp: '2024-01-30T10:00:00.250Z', idempotency_key: laneKey(2) },
    { event_name: 'a', user_id: '', metadata: { '': [1, 'é\u0000\u2028', { __proto: 1 }], 10: 1e21, 2: -0.5 } },
    { event_name: '$dropped', metadata: { reasons: { queue_full: 1 } }, idempotency_key: laneKey(4) },
    { event_name: '', idempotency_key: laneKey(3) },
    { event_name: 'b "x"\n', idempotency_key: 'order-1' },
    { event_name: 'b', idempotency_key: 'order-1' },
  ])
  await app.post('/api/v1/events', { event_name: 'c', timestamp: '1901-01-01' }, other.key)
  return app
}

describe('backup', { timeout: 60_000 }, () => {
  test('is whole and consistent while a collector writes, and restores to the same books', async () => {
    const app = await filled()
    const copy = newPath('copy.db')
    const writing = new AbortController()
    let seq = 4
    const writer = (async () => {
      for (;;) {
        if (writing.signal.aborted) return
        const batch = Array.from({ length: 50 }, () => ({ event_name: 'w', idempotency_key: laneKey(++seq) }))
        expect((await app.post('/api/v1/events/batch', batch)).status).toBe(202)
      }
    })()
    await expect.poll(() => seq).toBeGreaterThan(500)
    const before = seq
    const made = await runJson('backup', '--db', app.dbPath, '--to', copy)
    const after = seq
    writing.abort()
    await writer
    expect(made).toEqual({ code: 0, path: copy, events: expect.any(Number), bytes: expect.any(Number) })
    // Written while it was copied, and none of it torn: 5 of the start, then whole batches of 50.
    expect(after).toBeGreaterThan(before)
    expect(made['events']).toBeGreaterThanOrEqual(before - 50)
    expect(((made['events'] as number) - 5) % 50).toBe(0)
    expect([existsSync(`${copy}-wal`), existsSync(`${copy}.partial`)]).toEqual([false, false])

    const restored = newPath('restored.db')
    expect(await run('restore', '--from', copy, '--db', restored)).toMatchObject({ code: 0 })
    const doctor = await runJson('doctor', '--db', restored)
    expect(doctor).toMatchObject({ code: 0, ok: true })
    expect(doctor['projects']).toMatchObject([{ events: (made['events'] as number) - 1, missing: 0 }, { events: 1 }])
  })

  test('overwrites nothing, and restores only what is whole', async () => {
    const app = await filled()
    const taken = newPath('taken.db')
    writeFileSync(taken, 'precious')
    const refused = await run('backup', '--db', app.dbPath, '--to', taken)
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining('is not overwritten: move it away first'),
    })
    expect(readFileSync(taken, 'utf8')).toBe('precious')
    const good = newPath('good.db')
    expect((await run('backup', '--db', app.dbPath, '--to', good)).code).toBe(0)
    expect(await run('restore', '--from', good, '--db', taken)).toMatchObject({ code: 1 })
    const target = newPath('target.db')
    writeFileSync(`${target}-wal`, 'of another file')
    expect((await run('restore', '--from', good, '--db', target)).output).toContain('-wal exists')

    const damaged = newPath('damaged.db')
    const bytes = readFileSync(good)
    bytes.fill(0xff, 4096 * 6, 4096 * 9)
    writeFileSync(damaged, bytes)
    const nowhere = newPath('nowhere.db')
    const restoring = await run('restore', '--from', damaged, '--db', nowhere)
    expect(restoring).toMatchObject({ code: 1, output: expect.stringContaining('damaged') })
    const examined = await run('doctor', '--db', damaged)
    expect(examined.code).toBe(1)
    expect(restoring.output + examined.output).not.toContain('    at ')
    expect([existsSync(nowhere), existsSync(`${nowhere}.partial`)]).toEqual([false, false])
  })
})

describe('export and import', { timeout: 60_000 }, () => {
  test('keep every event with its id and key: exported again it is the same, imported again it is stored once', async () => {
    const app = await filled()
    const [first, second, target] = [newPath('first.ndjson'), newPath('second.ndjson'), newPath('target.db')]
    expect(await runJson('export', '--db', app.dbPath, '--to', first)).toEqual({ code: 0, events: 5 })
    expect(await runJson('import', '--db', target, '--from', first)).toEqual({ code: 0, stored: 5, duplicates: 0 })
    expect(await runJson('import', '--db', target, '--from', first)).toEqual({ code: 0, stored: 0, duplicates: 5 })
    expect(await runJson('import', '--db', app.dbPath, '--from', first)).toEqual({ code: 0, stored: 0, duplicates: 5 })
    expect(await runJson('export', '--db', target, '--to', second)).toEqual({ code: 0, events: 5 })
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'))
    expect(await runJson('doctor', '--db', target)).toMatchObject({ code: 0, ok: true })
    const lines = readFileSync(first, 'utf8').trimEnd().split('\n')
    expect(JSON.parse(lines[0] as string)).toEqual({
      project_id: app.projectId,
      event_id: expect.any(String),
      event_name: 'a',
      user_id: 'u1',
      timestamp: '2024-01-30T10:00:00.250Z',
      received_at: expect.any(String),
      idempotency_key: laneKey(2),
      metadata: {},
    })
  })

  test('keep the time that a sender gave beside the corrected one', async () => {
    const app = await startTestApp({ now: () => Date.parse('2024-01-30T12:00:00Z') })
    stops.push(app.stop)
    const event = { event_name: 'a', timestamp: '2024-01-30T10:59:59Z', idempotency_key: laneKey(1) }
    await app.post(`/api/v1/events?sent_at=${Date.parse('2024-01-30T11:00:00Z')}`, event)
    const [first, second, target] = [newPath('skewed.ndjson'), newPath('again.ndjson'), newPath('skewed.db')]
    await run('export', '--db', app.dbPath, '--to', first)
    await run('import', '--db', target, '--from', first)
    await run('export', '--db', target, '--to', second)
    const times = { timestamp: '2024-01-30T11:59:59Z', original_timestamp: '2024-01-30T10:59:59Z' }
    expect(JSON.parse(readFileSync(first, 'utf8'))).toMatchObject(times)
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'))
  })

  test('of one project leave the others out, and overwrite nothing', async () => {
    const app = await filled()
    const to = newPath('one.ndjson')
    expect(await runJson('export', '--db', app.dbPath, '--to', to, '--project', app.projectId)).toMatchObject({
      events: 4,
    })
    expect(await run('export', '--db', app.dbPath, '--to', to)).toMatchObject({
      code: 1,
      output: expect.stringContaining('EEXIST'),
    })
  })

  test('stop at a line that is wrong, name it, and keep what came before', async () => {
    const app = await filled()
    const [good, bad, target] = [newPath('good.ndjson'), newPath('bad.ndjson'), newPath('target.db')]
    await run('export', '--db', app.dbPath, '--to', good)
    const lines = readFileSync(good, 'utf8').trimEnd().split('\n')
    const withLine = async (line: string) => {
      writeFileSync(bad, [lines[0], line, lines[2]].join('\n'))
      return run('import', '--db', target, '--from', bad)
    }
    const strange = JSON.stringify({ ...JSON.parse(lines[2] as string), idempotency_key: 'other' })
    for (const [line, problem] of [
      ['{"event_name"', 'line 2 is not a JSON object'],
      ['{}', 'line 2 has no project_id'],
      [strange, 'line 2 has an event_id that is not made of its project and idempotency_key'],
      [
        (lines[1] as string).replace('"event_name":"a"', '"event_name":""'),
        'line 2 is no event: Event name is required',
      ],
    ] as const) {
      const { code, output } = await withLine(line)
      expect({ line, code }).toEqual({ line, code: 1 })
      expect(output).toContain(problem)
    }
    const db = new Database(target)
    expect(db.prepare('SELECT sum(events) FROM block').pluck().get()).toBe(1)
    db.close()
  })
})

describe('doctor', { timeout: 60_000 }, () => {
  const spoilers = [
    ['every project has as many events', 'DELETE FROM block'],
    ['every lane has stored or rejected as many events', 'UPDATE lane_range SET last = last + 1'],
    ['ranges of a lane do not touch', 'INSERT INTO lane_range SELECT lane, last + 1, last + 1 FROM lane_range LIMIT 1'],
    ['every lane counts its numbers beyond its highest', 'UPDATE lane SET highest = 1'],
    ['every lane counts what is missing', 'UPDATE lane SET missing = 7'],
    ['every event of a lane is in its ranges', 'DELETE FROM lane_range'],
    ['segments end where blocks begin', 'UPDATE storage SET sealed_to = 1'],
    ['every block and segment can be read', "UPDATE block SET body = x'00'"],
    ['every lane counts its rejections', 'DELETE FROM lane_rejection'],
    ['every lane counts what its sender dropped', 'UPDATE lane_drop SET count = 7'],
    ['every delivery, range and key belongs to something', 'PRAGMA foreign_keys = OFF; DELETE FROM lane'],
  ] as const

  test('finds each thing that does not add up, and ends with 1', async () => {
    const app = await filled()
    const good = newPath('good.db')
    expect((await run('backup', '--db', app.dbPath, '--to', good)).code).toBe(0)
    const healthy = await run('doctor', '--db', good)
    expect(healthy).toMatchObject({ code: 0, output: expect.stringContaining('All is well') })
    for (const [check, sql] of spoilers) {
      const spoiled = newPath('spoiled.db')
      copyFileSync(good, spoiled)
      const db = new Database(spoiled)
      db.pragma('foreign_keys = OFF')
      db.exec(sql)
      db.close()
      const { code, ok, findings } = await runJson('doctor', '--db', spoiled)
      const wrong = (findings as { check: string; problem: string | null }[]).filter(({ problem }) => problem !== null)
      expect({ sql, code, ok }).toEqual({ sql, code: 1, ok: false })
      expect(wrong.map((finding) => finding.check).join('\n')).toContain(check)
    }
  })

  test.each([
    [999, 'a newer'],
    [1, 'an older'],
  ])('and the like refuse a file of version %i, of %s program', async (version, age) => {
    const path = newPath('version.db')
    const db = new Database(path)
    db.pragma(`user_version = ${version}`)
    db.close()
    for (const command of [['doctor'], ['backup', '--to', newPath('x')], ['export', '--to', newPath('x')]]) {
      const { code, output } = await run(...command, '--db', path)
      expect(code).toBe(1)
      expect(output).toContain(`has the tables of ${age} truecount (version ${version}`)
    }
  })
})

describe('prune and retention', { timeout: 60_000 }, () => {
  test('delete by time and by age, of one project or of all', async () => {
    const app = await filled()
    const [db, project] = [app.dbPath, app.projectId]
    expect(await runJson('prune', '--db', db, '--before', '2024-02-01', '--project', project)).toMatchObject({
      deleted: 1,
    })
    expect(await runJson('prune', '--db', db, '--older-than', '90d')).toMatchObject({ code: 0, deleted: 1 })
    expect(await runJson('doctor', '--db', db)).toMatchObject({ ok: true, projects: [{ deleted: 1 }, { deleted: 1 }] })
    const rules = [
      await run('retention', '--db', db, '--project', project, '--days', '30'),
      await run('retention', '--db', db),
    ]
    expect(rules.map(({ output }) => output.split('\n').filter((line) => line !== '').length)).toEqual([1, 2])
    expect(rules[1]?.output).toMatch(new RegExp(`^${project}  30 days\n.*  for ever\n$`))
    expect((await run('retention', '--db', db, '--days', 'off')).output).not.toContain('30 days')
  })

  test.each([
    [['prune'], 2, 'Give --before or --older-than, one of them'],
    [['prune', '--before', 'soon'], 2, '--before must be an ISO 8601 date-time, got soon'],
    [['prune', '--older-than', '1y'], 2, '--older-than must be a whole number of h, d or w (such as 90d), got 1y'],
    [['prune', '--before', '2024-01-01', '--db', '/nowhere/x.db'], 1, 'There is no database /nowhere/x.db'],
    [['retention', '--days', '0'], 2, '--days must be a whole number from 1 to 99999, or off, got 0'],
    [['backup'], 2, '--to must name a file, got nothing'],
    [['import', '--from', '/nowhere/x.ndjson'], 1, 'There is no file /nowhere/x.ndjson'],
  ] as const)('%j is refused in words', async (args, code, message) => {
    expect(await run(...args)).toMatchObject({ code, output: expect.stringContaining(message) })
  })
})

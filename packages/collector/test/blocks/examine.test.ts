import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { examineBlocks } from '../../src/store/blocks/examine-blocks.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { nameUuid } from '../../src/id/uuid.ts'
import { type BlockEvent, createBlockEncoder } from '../../src/store/blocks/encode-block.ts'
import { createProject, play, PROJECT } from './crash-scenario.ts'
import { openTestBlocks } from './open-test-blocks.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const good = join(folder.path, 'good.db')
beforeAll(async () => {
  const blocks = await openTestBlocks(good)
  createProject(blocks.db)
  await play({ ...blocks.file }, blocks.file.sealAll, `${good}.journal`)
  await blocks.close()
})

let copies = 0

function findingsAfter(
  spoil: (db: Database.Database) => unknown,
): readonly { readonly check: string; readonly problem: string | null }[] {
  const path = join(folder.path, `${++copies}.db`)
  copyFileSync(good, path)
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  spoil(db)
  const { findings } = examineBlocks(db)
  db.close()
  return findings
}

test('A file in which all was done that can be done has nothing wrong with it', () => {
  const counted = (sql: string) => {
    const db = new Database(good, { readonly: true })
    const count = db.prepare(sql).pluck().get()
    db.close()
    return count
  }
  expect(counted('SELECT count(*) FROM segment')).toBeGreaterThan(2)
  expect(counted('SELECT count(*) FROM key_run')).toBeGreaterThan(2)
  expect(findingsAfter(() => undefined).filter(({ problem }) => problem !== null)).toEqual([])
})

const LAST = '(SELECT max(id) FROM segment)'
const partsOf = (slot: number) => `part = (SELECT max(id) FROM segment) * 65536 + ${slot}`

test.each([
  ['every project has as many events as were stored and not deleted', 'UPDATE project SET deleted = deleted + 1'],
  ['every project has as many events as were stored and not deleted', `DELETE FROM segment WHERE id = ${LAST}`],
  ['segments cover each number once', `UPDATE segment SET first = first - 7 WHERE id = ${LAST}`],
  ['segments end where blocks begin', 'UPDATE storage SET sealed_to = sealed_to - 1'],
  ['no id of a segment, run or user is given again', 'UPDATE storage SET next_segment = 1'],
  ['no id of a segment, run or user is given again', 'UPDATE storage SET next_run = 1'],
  ['no id of a segment, run or user is given again', 'UPDATE storage SET next_user = 1'],
  ['no user has two ids', 'INSERT INTO user_text SELECT 900, project, hash, text FROM user_text LIMIT 1'],
  ['every user is found by its hash', 'UPDATE user_text SET hash = hash + 1'],
  ['every user of a segment has a text', 'DELETE FROM user_text'],
  ['no event is numbered beyond the highest erased', 'UPDATE erasure SET up_to = 9000'],
  ['every run of keys is in order', 'UPDATE key_run SET keys = keys - 1'],
  ['every run of keys is in order', `UPDATE key_run_part SET body = zeroblob(length(body))`],
  ['every event outside a lane has its key claimed', 'DELETE FROM key_run'],
  ['every block and segment can be read', `DELETE FROM segment_part WHERE ${partsOf(16)}`],
  ['every block and segment can be read', `DELETE FROM segment_part WHERE ${partsOf(1)}`],
  ['every block and segment can be read', `UPDATE segment_part SET body = x'07' WHERE ${partsOf(0)}`],
  ['no event of a segment is earlier or later', `UPDATE segment SET min_ts = min_ts + 1 WHERE id = ${LAST}`],
  ['no event of a segment is earlier or later', `UPDATE segment SET max_ts = max_ts - 1 WHERE id = ${LAST}`],
  ['numbers ascend from event to event', `UPDATE segment SET last = last - 3 WHERE id = ${LAST}`],
  ['every event of a lane is in its ranges', 'DELETE FROM lane_range'],
  ['every lane has stored or rejected as many events as its ranges hold', 'UPDATE lane_range SET last = last + 1'],
] as const)('%s, or it is found: %s', (check, sql) => {
  const wrong = findingsAfter((db) => db.exec(sql)).filter(({ problem }) => problem !== null)
  expect(wrong.map((finding) => finding.check).join('\n')).toContain(check)
})

/** An event that a collector which forgot everything would store. */
const EVENT: BlockEvent = {
  number: 9_000,
  project: 1,
  eventName: 'a',
  userId: null,
  timestampMs: 1_000_000,
  originalTimestampMs: null,
  receivedAtMs: 1_000_000,
  page: '',
  lane: 0,
  seq: 0,
  eventId: '',
  key: '',
  metadata: '{}',
}

function store(db: Database.Database, events: readonly BlockEvent[], count = events.length): void {
  const [first, last] = [(events[0] as BlockEvent).number, (events.at(-1) as BlockEvent).number]
  db.prepare('INSERT INTO block VALUES (?, ?, ?, ?)').run(first, last, count, createBlockEncoder()(events))
}

test.each([
  ['no number of a lane is stored twice', { lane: 1, seq: 38 }],
  ['no key outside a lane is stored twice', { eventId: nameUuid(PROJECT, 'key-79'), key: 'key-79' }],
] as const)('%s, or it is found', (check, again) => {
  const findings = findingsAfter((db) =>
    store(db, [
      { ...EVENT, ...again },
      { ...EVENT, ...again, number: 9_001 },
    ]),
  )
  const wrong = findings.filter(({ problem }) => problem !== null).map((finding) => finding.check)
  expect(wrong).toEqual(['every project has as many events as were stored and not deleted', check])
})

test('A block that has fewer events than it says is found, and numbers that come again', () => {
  const event = { ...EVENT, lane: 1, seq: 1 }
  const wrongIn = (spoil: (db: Database.Database) => void) =>
    findingsAfter(spoil).flatMap(({ check, problem }) => (problem === null ? [] : [check]))
  expect(wrongIn((db) => store(db, [event], 2))).toContain('every block and segment has as many events as it says')
  const twice = (db: Database.Database) => {
    store(db, [event, { ...event, number: 9_005 }])
    store(db, [{ ...event, number: 9_003 }])
  }
  expect(wrongIn(twice)).toContain('numbers ascend from event to event, within what their block or segment covers')
})

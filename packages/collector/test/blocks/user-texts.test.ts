import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { eventsOfUser } from '../../src/store/blocks/query/list-events.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const file = createBlockFile()
afterAll(() => file.remove())

test('A user who was asked for in vain is found when a segment has it', () => {
  const db = new Database(file.path, { readonly: true })
  const snapshots = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 1 })
  const seal = () => {
    const { segment, users } = createSealBlocks(db)({ minWeight: 1, upTo: 9 })
    file.addUsers(users)
    file.switchOn(segment)
  }
  const eventsOf = (userId: string) => snapshots.read((snapshot) => eventsOfUser(snapshot, 1, userId, 10).total)
  file.append([{ ...PLAIN_EVENT, userId: 'first' }])
  seal()
  expect(eventsOf('second')).toBe(0)

  file.append([{ ...PLAIN_EVENT, number: 2, userId: 'second' }])
  seal()
  expect([eventsOf('second'), eventsOf('first')]).toEqual([1, 1])
  db.close()
})

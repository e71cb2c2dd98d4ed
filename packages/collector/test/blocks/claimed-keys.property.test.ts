import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameUuid, uuidBytes, uuidOfBytes } from '../../src/id/uuid.ts'
import { addToBloomFilter } from '../../src/store/blocks/bloom-filter.ts'
import {
  isBefore,
  NEVER_RELEASED,
  newClaimKey,
  readUuidBytes,
  readUuidText,
  secondsOf,
} from '../../src/store/blocks/claim-key.ts'
import { createClaimedKeys } from '../../src/store/blocks/claimed-keys.ts'
import { createKeyBatch } from '../../src/store/blocks/key-batch.ts'
import { createKeyRunBuilder } from '../../src/store/blocks/key-run.ts'
import { createKeyTable } from '../../src/store/blocks/key-table.ts'
import { createSpilledKeys } from '../../src/store/blocks/spilled-keys.ts'
import { migrate } from '../../src/store/sqlite/migrate.ts'

const uuids = Array.from({ length: 12 }, (_, i) => uuidOfBytes(Buffer.alloc(16, i * 17 + 3)))

const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant('claim' as const),
    uuid: fc.constantFrom(...uuids),
    seconds: fc.integer({ min: 0, max: 9 }),
    /** Events in lanes before it. */
    gap: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('settle' as const),
    outcome: fc.constantFrom('committed' as const, 'rolled back' as const),
  }),
  fc.record({ kind: fc.constant('erase' as const), before: fc.integer({ min: 0, max: 10 }) }),
)

const noRuns = { reload: () => undefined, possible: () => new Uint8Array(0), has: () => false }

test('A key is claimed once, until an erasure releases it or its transaction fails', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const erasures: { upTo: number; before: number }[] = []
      const isReleased = (_project: number, seconds: number, number: number) =>
        erasures.some(({ upTo, before }) => number <= upTo && seconds < before)
      const keys = createClaimedKeys(noRuns, isReleased)
      let model = new Map<string, { seconds: number; number: number }>()
      let committed = new Map(model)
      let number = 0
      let committedTo = 0
      const answers: (readonly [boolean, boolean])[] = []
      const key = newClaimKey()
      for (const step of steps) {
        if (step.kind === 'claim') {
          number += 1 + step.gap
          readUuidText(key, 1, step.uuid)
          const held = model.get(step.uuid)
          const free = held === undefined || isReleased(1, held.seconds, held.number)
          answers.push([!keys.has(key, true), free])
          if (!free) continue
          keys.claim(key, step.seconds, number)
          model.set(step.uuid, { seconds: step.seconds, number })
          continue
        }
        keys.settle(step.kind === 'settle' ? step.outcome : 'committed')
        if (step.kind === 'settle' && step.outcome === 'rolled back') {
          model = new Map(committed)
          number = committedTo
        }
        committed = new Map(model)
        committedTo = number
        if (step.kind === 'erase') erasures.push({ upTo: number, before: step.before })
      }
      expect(answers.map(([answer]) => answer)).toEqual(answers.map(([, free]) => free))
    }),
    { numRuns: 500 },
  )
})

test('A table finds each of many keys, of its own project alone, and none that is not there', () => {
  const table = createKeyTable(1_000)
  const key = newClaimKey()
  const ids = Array.from({ length: 20_000 }, () => uuidOfBytes(randomBytes(16)))
  ids.forEach((id, i) => {
    readUuidText(key, 1 + (i % 2), id)
    table.put(key, i, 1_000 + i)
  })
  ids.forEach((id, i) => {
    readUuidBytes(key, 1 + (i % 2), uuidBytes(id))
    expect(table.find(key)).toBe(true)
    expect([table.seconds, table.number]).toEqual([i, 1_000 + i])
    key.project = 2 - (i % 2)
    expect(table.find(key)).toBe(false)
  })
})

test('A table knows what it was given and not what it lost, wherever keys stand close together', () => {
  // One shard of 64 slots, and homes next to each other, also where the last slot is followed by the first.
  const anyKey = fc.record({ a: fc.integer({ min: 0, max: 2 }), slot: fc.constantFrom(0, 1, 2, 61, 62, 63) })
  const anyChange = fc.record({ key: anyKey, isRemoved: fc.boolean() })
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 80 }), (changes) => {
      const table = createKeyTable(1)
      const model = new Map<string, number>()
      const claimKeyOf = ({ a, slot }: { a: number; slot: number }) => ({
        project: 1,
        a,
        b: 7,
        c: slot << 6,
        seconds: 0,
      })
      changes.forEach(({ key, isRemoved }, i) => {
        const name = JSON.stringify(key)
        if (!isRemoved) {
          table.put(claimKeyOf(key), i, i + 1)
          model.set(name, i)
        } else if (model.delete(name)) table.remove(claimKeyOf(key))
        for (const [other, seconds] of model) {
          expect(table.find(claimKeyOf(JSON.parse(other))) && table.seconds).toBe(seconds)
        }
        expect(table.find(claimKeyOf(key))).toBe(model.has(name))
      })
    }),
    { numRuns: 500 },
  )
})

test('Runs find each of their keys on disk, by project, with its release, and none that is not there', () => {
  const db = new Database(':memory:')
  migrate(db)
  const builder = createKeyRunBuilder()
  const key = newClaimKey()
  const ids = Array.from({ length: 20_000 }, () => uuidOfBytes(randomBytes(16)))
  const projectOf = (i: number) => (i < 10 ? 7 : 8 + (i % 3))
  ids.forEach((id, i) => {
    readUuidText(key, projectOf(i), id)
    builder.add(key, i)
  })
  const run = builder.build(1, 20_000)
  if (run === undefined) throw new Error('no run')
  db.prepare('INSERT INTO key_run VALUES (3, ?, ?, ?, ?)').run(run.first, run.last, run.keys, run.head)
  for (const { slot, body } of run.parts)
    db.prepare('INSERT INTO key_run_part VALUES (?, ?)').run(3 * 65_536 + slot, body)
  const anybody = createKeyRunBuilder()
  const old = uuidOfBytes(randomBytes(16))
  readUuidText(key, 0, old)
  anybody.add(key, NEVER_RELEASED)
  const second = anybody.build(0, 0)
  db.prepare('INSERT INTO key_run VALUES (4, 0, 0, 1, ?)').run(second?.head)
  db.prepare('INSERT INTO key_run_part VALUES (?, ?)').run(4 * 65_536, second?.parts[0]?.body)

  const spilled = createSpilledKeys(db)
  spilled.reload()
  ids.forEach((id, i) => {
    // A ninth is enough.
    if (i % 9 > 0 && i > 12) return
    readUuidText(key, projectOf(i), id)
    expect(spilled.has(key, () => false)).toBe(true)
    const asked: unknown[] = []
    expect(spilled.has(key, (...event) => asked.push(event) > 0)).toBe(false)
    expect(asked).toEqual([[projectOf(i), i, 20_000]])
    key.project = 99
    expect(spilled.has(key, () => false)).toBe(false)
    readUuidText(key, projectOf(i), uuidOfBytes(randomBytes(16)))
    expect(spilled.has(key, () => false)).toBe(false)
  })
  readUuidText(key, 5, old)
  expect(spilled.has(key, () => false)).toBe(true)
  db.close()
})

const PROJECT_ID = '018f0000-0000-7000-8000-000000000000'

/** The head of a run of one project as versions 1 and 2 of the format had it: four probes, which begin with another word. */
function olderHead(head: Uint8Array, keys: readonly string[]): Uint8Array {
  const [projects, project, start, bitsAndKind] = new Uint32Array(head.slice(0, 16).buffer) as unknown as number[]
  const bits = 2 ** Math.floor(Math.log2(bitsAndKind as number))
  const filter = { bytes: new Uint8Array(bits / 8), isOld: true }
  const key = newClaimKey()
  for (const uuid of keys) {
    readUuidText(key, 1, uuid)
    addToBloomFilter(filter, key)
  }
  const words = Uint32Array.of(projects as number, project as number, start as number, bits)
  return Buffer.concat([Buffer.from(words.buffer), filter.bytes])
}

test.each([
  ['this version', 0.005],
  ['an older version', 0.05],
])('Of a batch every key that is in a run of %s is possible, and hardly another', (version, othersShare) => {
  const db = new Database(':memory:')
  migrate(db)
  const key = newClaimKey()
  // Made as those of events are: some of their bits are the same in all.
  const newId = () => nameUuid(PROJECT_ID, randomBytes(12).toString('hex'))
  const ids = Array.from({ length: 12_000 }, newId)
  for (const id of [1, 2, 3]) {
    const builder = createKeyRunBuilder()
    const own = ids.slice(4_000 * (id - 1), 4_000 * id)
    for (const uuid of own) {
      readUuidText(key, id, uuid)
      builder.add(key, 1)
    }
    const head = builder.build(1, 2)?.head as Uint8Array
    const stored = version === 'this version' ? head : olderHead(head, own)
    db.prepare('INSERT INTO key_run VALUES (?, 1, 2, 4000, ?)').run(id, stored)
  }
  const spilled = createSpilledKeys(db)
  const batch = createKeyBatch()
  const ask = (asked: readonly string[]) => {
    batch.clear()
    for (const uuid of asked) batch.add(9, uuid)
    return spilled.possible(batch).subarray(0, asked.length)
  }
  expect(ask(ids)).toEqual(new Uint8Array(12_000))

  spilled.reload()
  // Present and absent in turns, and a short batch after a long one.
  const mixed = ids.flatMap((id) => [id, newId()])
  const answers = ask(mixed)
  expect(answers.filter((_, place) => place % 2 === 0)).toEqual(new Uint8Array(12_000).fill(1))
  expect(answers.filter((possible, place) => place % 2 === 1 && possible === 1).length).toBeLessThan(
    12_000 * othersShare,
  )
  expect(ask(ids.slice(0, 3))).toEqual(new Uint8Array(3).fill(1))
  db.close()
})

test.each([
  [-1, 0],
  [0, 0],
  [999, 0],
  [1_000, 1],
  [1_999, 1],
  [9e15, NEVER_RELEASED],
])('An instant of %d ms is kept as %d s', (timeMs, seconds) => {
  expect(secondsOf(timeMs)).toBe(seconds)
})

test('A time beyond those that can be kept is before nothing, for its event may be later', () => {
  expect(isBefore(secondsOf(Date.UTC(9999, 0)), Date.UTC(2150, 0))).toBe(false)
  expect(isBefore(secondsOf(Date.UTC(2100, 0)), Date.UTC(2150, 0))).toBe(true)
})

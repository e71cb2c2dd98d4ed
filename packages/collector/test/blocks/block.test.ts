import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BlockRows } from '../../src/store/blocks/block-rows.ts'
import { readClaim } from '../../src/store/blocks/claim.ts'
import { decodeBlock } from '../../src/store/blocks/decode-block.ts'
import { type BlockEvent, createBlockEncoder } from '../../src/store/blocks/encode-block.ts'
import { uuidOfBytes } from '../../src/id/uuid.ts'
import { anyBlockEvents } from './any-block-event.ts'

function eventAt(rows: BlockRows, row: number): BlockEvent {
  const claim = readClaim(rows.claims.bytes(row))
  const original = rows.originals?.[row] ?? Number.NaN
  const user = rows.users.places[row] as number
  return {
    number: rows.numbers[row] as number,
    project: rows.projects[row] as number,
    eventName: rows.names.texts[rows.names.places[row] as number] as string,
    userId: user === 0 ? null : (rows.users.texts[user] as string),
    timestampMs: rows.times[row] as number,
    originalTimestampMs: Number.isNaN(original) ? null : original,
    receivedAtMs: rows.received[row] as number,
    page: rows.pages.texts[rows.pages.places[row] as number] as string,
    lane: rows.lanes[row] as number,
    seq: rows.seqs[row] as number,
    eventId: claim === undefined ? '00000000-0000-8000-8000-000000000000' : uuidOfBytes(Buffer.from(claim.eventId)),
    key: claim?.key ?? '',
    metadata: rows.metadata.bytes(row).toString(),
  }
}

test('A block gives back each of its events, byte by byte', () => {
  const encode = createBlockEncoder()
  fc.assert(
    fc.property(anyBlockEvents, fc.nat(7), (events, misplaced) => {
      // The driver may hand a body at any place in memory.
      const memory = Buffer.concat([Buffer.alloc(misplaced), encode(events)])
      const rows = decodeBlock((events[0] as BlockEvent).number, memory.subarray(misplaced))
      expect(Array.from({ length: rows.length }, (_, row) => eventAt(rows, row))).toEqual(events)
    }),
  )
})

test('A block of another version is refused', () => {
  const body = Buffer.alloc(16)
  body.writeUInt32LE(2)
  expect(() => decodeBlock(1, body)).toThrow('Block 1 is of version 2, not 1')
})

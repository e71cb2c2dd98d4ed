import { uuidOfBytes } from '../../id/uuid.ts'
import type { BlockRows } from './block-rows.ts'
import { readClaim } from './claim.ts'
import type { BlockEvent } from './encode-block.ts'

/** A row of a block as it was written. `eventId` is '' in a lane, where it follows from the key. */
export function eventOfRow(rows: BlockRows, row: number): BlockEvent {
  const { names, users, pages } = rows
  const user = users.places[row] as number
  const original = rows.originals?.[row] ?? Number.NaN
  const claim = readClaim(rows.claims.bytes(row))
  return {
    number: rows.numbers[row] as number,
    project: rows.projects[row] as number,
    eventName: names.texts[names.places[row] as number] as string,
    userId: user === 0 ? null : (users.texts[user] as string),
    timestampMs: rows.times[row] as number,
    originalTimestampMs: Number.isNaN(original) ? null : original,
    receivedAtMs: rows.received[row] as number,
    page: pages.texts[pages.places[row] as number] as string,
    lane: rows.lanes[row] as number,
    seq: rows.seqs[row] as number,
    eventId: claim === undefined ? '' : uuidOfBytes(Buffer.from(claim.eventId)),
    key: claim?.key ?? '',
    metadata: rows.metadata.bytes(row).toString(),
  }
}

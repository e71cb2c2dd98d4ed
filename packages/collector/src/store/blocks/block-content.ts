import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import { readClaim } from './claim.ts'
import { decodeBlock } from './decode-block.ts'
import { createLruCache } from './lru-cache.ts'
import type { EventContent } from './segment.ts'

/** Those who ask for somebody's last events ask for the same blocks again and again. */
const KEPT_BYTES = 32 * 1024 * 1024
/** What is read of a block takes about as much again as the block. */
const BLOCK_FACTOR = 2

/**
 * Reads what blocks hold of events, by their numbers, in their order. All of them must be in blocks. A block that was
 * replaced by a part of itself may still be read as it was: what was taken out of it must not be asked for.
 */
export function createBlockContent(db: Database): (numbers: readonly number[]) => EventContent[] {
  const firstOf = db.prepare<[number], number>('SELECT max(first) FROM block WHERE first <= ?').pluck()
  const body = db.prepare<[number], Buffer>('SELECT body FROM block WHERE first = ?').pluck()
  const blocks = createLruCache(KEPT_BYTES)

  function read(first: number) {
    const bytes = body.get(first) as Buffer
    return { value: decodeBlock(first, bytes), bytes: BLOCK_FACTOR * bytes.length }
  }

  return (numbers) =>
    numbers.map((number) => {
      const first = firstOf.get(number) as number
      const block = blocks.get(first, () => read(first))
      return contentOf(block, rowOf(block.numbers, number))
    })
}

function rowOf(numbers: Float64Array, number: number): number {
  let low = 0
  let high = numbers.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] as number) < number) low = middle + 1
    else high = middle
  }
  return low
}

function contentOf(block: BlockRows, row: number): EventContent {
  const claim = readClaim(block.claims.bytes(row))
  const original = block.originals?.[row] ?? Number.NaN
  return {
    receivedAtMs: block.received[row] as number,
    originalTimestampMs: Number.isNaN(original) ? null : original,
    lane: block.lanes[row] as number,
    seq: block.seqs[row] as number,
    // A copy, that does not hold on to all of the block.
    eventId: claim === undefined ? null : Uint8Array.from(claim.eventId),
    key: claim === undefined || claim.key === '' ? null : claim.key,
    metadata: block.metadata.bytes(row).toString(),
  }
}

import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import { decodeBlock } from './decode-block.ts'
import type { EventContent } from './segment.ts'

/** Reads what blocks hold of events, by their numbers, in their order. All of them must be in blocks. */
export function createBlockContent(db: Database): (numbers: readonly number[]) => EventContent[] {
  const firstOf = db.prepare<[number], number>('SELECT max(first) FROM block WHERE first <= ?').pluck()
  const body = db.prepare<[number], Buffer>('SELECT body FROM block WHERE first = ?').pluck()
  return (numbers) => {
    const blocks = new Map<number, BlockRows>()
    return numbers.map((number) => {
      const first = firstOf.get(number) as number
      const block = blocks.get(first) ?? decodeBlock(first, body.get(first) as Buffer)
      blocks.set(first, block)
      return contentOf(block, rowOf(block.numbers, number))
    })
  }
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
  const claim = block.claims[row]
  const original = block.originals?.[row] ?? Number.NaN
  return {
    receivedAtMs: block.received[row] as number,
    originalTimestampMs: Number.isNaN(original) ? null : original,
    lane: block.lanes[row] as number,
    seq: block.seqs[row] as number,
    // A copy, that does not hold on to all of the block.
    eventId: claim === undefined ? null : Uint8Array.from(claim.eventId),
    key: claim === undefined || claim.key === '' ? null : claim.key,
    metadata: Buffer.from(block.metadata(row)).toString(),
  }
}

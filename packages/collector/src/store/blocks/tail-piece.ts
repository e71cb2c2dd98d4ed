import type { Database } from 'better-sqlite3'
import { createBlockContent } from './block-content.ts'
import type { BlockRows } from './block-rows.ts'
import { decodeBlock } from './decode-block.ts'
import type { Erasures } from './erasures.ts'
import { joinRows } from './join-rows.ts'
import { createMemorySegment, type MemorySegment } from './memory-segment.ts'
import type { TailUsers } from './tail-users.ts'

/** Some blocks of the tail, sorted in memory. */
export interface TailPiece {
  readonly first: number
  readonly last: number
  /** What its blocks had, hidden ones too. */
  readonly events: number
  /** Erasures with a higher id hide rows of it. */
  readonly erasedTo: number
  /** `undefined`: all of its rows are hidden. */
  readonly segment: MemorySegment | undefined
}

export interface TailBlock {
  readonly first: number
  readonly last: number
  readonly block: BlockRows
}

/** To be used in the transaction of a snapshot. */
export interface TailPieces {
  /** Blocks between two numbers, both in. */
  read(from: number, to: number): Iterable<TailBlock>
  /** Makes a piece of at least one block, without what is hidden. */
  make(blocks: readonly TailBlock[], erasures: Erasures): TailPiece
  /** What became of a piece now that segments and erasures changed; `undefined` where nothing is left of it. */
  renew(piece: TailPiece, sealedTo: number, erasures: Erasures): TailPiece | undefined
}

export function createTailPieces(db: Database, tailUsers: TailUsers): TailPieces {
  const select = db.prepare<[number, number], { first: number; last: number; body: Buffer }>(
    'SELECT first, last, body FROM block WHERE first BETWEEN ? AND ? ORDER BY first',
  )
  const countEvents = db
    .prepare<[number, number], number>('SELECT coalesce(sum(events), 0) FROM block WHERE first BETWEEN ? AND ?')
    .pluck()
  const source = { tailUsers, readContent: createBlockContent(db) }

  function* read(from: number, to: number): Iterable<TailBlock> {
    for (const { first, last, body } of select.iterate(from, to)) yield { first, last, block: decodeBlock(first, body) }
  }

  function make(blocks: readonly TailBlock[], erasures: Erasures): TailPiece {
    const rows = joinRows(blocks.map(({ block }) => ({ block, rows: erasures.keptRows(block) })))
    const range = { first: (blocks[0] as TailBlock).first, last: (blocks.at(-1) as TailBlock).last }
    const segment = rows.length === 0 ? undefined : createMemorySegment(range, rows, source)
    const events = blocks.reduce((sum, { block }) => sum + block.length, 0)
    return { ...range, events, erasedTo: erasures.lastId, segment }
  }

  return {
    read,
    make,
    renew(piece, sealedTo, erasures) {
      const first = Math.max(piece.first, sealedTo + 1)
      if (first > piece.last) return undefined
      // Blocks are replaced by smaller ones when something in them was erased, and the erasure may be gone already.
      const isSame = countEvents.get(first, piece.last) === piece.events
      if (isSame && !erasures.cut(piece, piece.erasedTo)) return piece
      const blocks = [...read(first, piece.last)]
      return blocks.length === 0 ? undefined : make(blocks, erasures)
    },
  }
}

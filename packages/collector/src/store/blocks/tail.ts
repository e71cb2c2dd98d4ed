import type { Database } from 'better-sqlite3'
import { createBlockContent } from './block-content.ts'
import type { BlockRows } from './block-rows.ts'
import { decodeBlock } from './decode-block.ts'
import type { Erasures } from './erasures.ts'
import { joinRows } from './join-rows.ts'
import { createMemorySegment, type MemorySegment } from './memory-segment.ts'
import { createTailUsers } from './tail-users.ts'

/** Events that are in no segment yet, in segments of memory. */
export interface Tail {
  /** Reads what came, in the snapshot's transaction. */
  follow(): TailState
  /** To be called first, and whenever the layout changed. Ids below `nextUser` are those of users in segments. */
  changeLayout(sealedTo: number, nextUser: number, erasures: Erasures): void
}

export interface TailState {
  /** Of the last event that is in a segment or a block. */
  readonly lastNumber: number
  /** In the order of their numbers. */
  readonly pieces: readonly TailPiece[]
}

export interface TailPiece {
  readonly first: number
  readonly last: number
  /** Erasures with a higher id hide rows of it. */
  readonly erasedTo: number
  /** `undefined`: it has no rows. */
  readonly segment: MemorySegment | undefined
}

interface BlockRow {
  readonly first: number
  readonly last: number
  readonly body: Buffer
}

interface Read {
  readonly first: number
  readonly last: number
  readonly block: BlockRows
}

/** A piece of `pieceEvents` events or more is not made again when others come. */
export function createTail(db: Database, pieceEvents: number): Tail {
  const readBlocks = createReadBlocks(db)
  const tailUsers = createTailUsers(db)
  const source = { tailUsers, readContent: createBlockContent(db) }
  let layout: { readonly sealedTo: number; readonly nextUser: number; readonly erasures: Erasures } | undefined
  let readTo = 0
  let pieces: readonly TailPiece[] = []
  let growing: Read[] = []
  let grown: TailPiece | undefined

  function pieceOf(blocks: readonly Read[], erasures: Erasures): TailPiece {
    const rows = joinRows(blocks.map(({ block }) => ({ block, rows: erasures.keptRows(block) })))
    const range = { first: (blocks[0] as Read).first, last: (blocks.at(-1) as Read).last }
    const segment = rows.length === 0 ? undefined : createMemorySegment(range, rows, source)
    return { ...range, erasedTo: erasures.lastId, segment }
  }

  return {
    changeLayout(sealedTo, nextUser, erasures) {
      const left = pieces.filter(({ last }) => last > sealedTo)
      const next = left.map((piece) => {
        if (piece.first > sealedTo && !erasures.cut(piece, piece.erasedTo)) return piece
        return pieceOf([...readBlocks(Math.max(piece.first, sealedTo + 1), piece.last)], erasures)
      })
      if (sealedTo !== layout?.sealedTo || nextUser !== layout.nextUser) {
        tailUsers.renew(
          nextUser,
          next.flatMap(({ segment }) => segment?.users.slice(1) ?? []),
        )
      }
      pieces = next
      growing = growing.filter(({ first }) => first > sealedTo)
      grown = undefined
      readTo = Math.max(readTo, sealedTo)
      layout = { sealedTo, nextUser, erasures }
    },
    follow() {
      const { erasures } = layout as NonNullable<typeof layout>
      for (const read of readBlocks(readTo + 1, Number.MAX_SAFE_INTEGER)) {
        growing.push(read)
        grown = undefined
        readTo = read.last
        if (growing.reduce((events, { block }) => events + block.length, 0) < pieceEvents) continue
        pieces = [...pieces, pieceOf(growing, erasures)]
        growing = []
      }
      if (growing.length > 0) grown ??= pieceOf(growing, erasures)
      return { lastNumber: readTo, pieces: grown === undefined ? pieces : [...pieces, grown] }
    },
  }
}

/** Blocks between two numbers, both in. */
function createReadBlocks(db: Database): (from: number, to: number) => Iterable<Read> {
  const select = db.prepare<[number, number], BlockRow>(
    'SELECT first, last, body FROM block WHERE first BETWEEN ? AND ? ORDER BY first',
  )
  return function* readBlocks(from, to) {
    for (const { first, last, body } of select.iterate(from, to)) yield { first, last, block: decodeBlock(first, body) }
  }
}

import type { Database } from 'better-sqlite3'
import type { Erasures } from './erasures.ts'
import { createTailPieces, type TailBlock, type TailPiece } from './tail-piece.ts'
import { createTailUsers } from './tail-users.ts'

/** Events that are in no segment yet. To be used in the transaction of a snapshot. */
export interface Tail {
  /** To be called first, and whenever the layout changed. Ids below `nextUser` are those of users in segments. */
  changeLayout(sealedTo: number, nextUser: number, erasures: Erasures): void
  /** Reads what came. */
  follow(): TailState
}

export interface TailState {
  /** Of the last event that is in a segment or a block. */
  readonly lastNumber: number
  /** In the order of their numbers. */
  readonly pieces: readonly TailPiece[]
}

/** A piece of `pieceEvents` events or more is not made again when others come. */
export function createTail(db: Database, pieceEvents: number): Tail {
  const tailUsers = createTailUsers(db)
  const { read, make, renew } = createTailPieces(db, tailUsers)
  let layout: { readonly sealedTo: number; readonly nextUser: number; readonly erasures: Erasures } | undefined
  let readTo = 0
  let pieces: readonly TailPiece[] = []
  let growing = { blocks: [] as TailBlock[], events: 0 }
  let grown: TailPiece | undefined

  return {
    changeLayout(sealedTo, nextUser, erasures) {
      pieces = pieces.flatMap((piece) => renew(piece, sealedTo, erasures) ?? [])
      if (sealedTo !== layout?.sealedTo || nextUser !== layout.nextUser) {
        const users = pieces.flatMap(({ segment }) => segment?.users.slice(1) ?? [])
        tailUsers.renew(nextUser, users)
      }
      // What is not in a piece for good is read again: its blocks may be others.
      growing = { blocks: [], events: 0 }
      grown = undefined
      readTo = Math.max(sealedTo, pieces.at(-1)?.last ?? 0)
      layout = { sealedTo, nextUser, erasures }
    },
    follow() {
      const { erasures } = layout as NonNullable<typeof layout>
      for (const block of read(readTo + 1, Number.MAX_SAFE_INTEGER)) {
        growing.blocks.push(block)
        growing.events += block.block.length
        grown = undefined
        readTo = block.last
        if (growing.events < pieceEvents) continue
        pieces = [...pieces, make(growing.blocks, erasures)]
        growing = { blocks: [], events: 0 }
      }
      if (growing.blocks.length > 0) grown ??= make(growing.blocks, erasures)
      return { lastNumber: readTo, pieces: grown === undefined ? pieces : [...pieces, grown] }
    },
  }
}

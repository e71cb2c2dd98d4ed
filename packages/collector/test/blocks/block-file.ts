import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { type BlockEvent, createBlockEncoder } from '../../src/store/blocks/encode-block.ts'
import { createReadErasures, type Erasure } from '../../src/store/blocks/erasures.ts'
import { decodeBlock } from '../../src/store/blocks/decode-block.ts'
import { eventOfRow } from '../../src/store/blocks/event-of-row.ts'
import type { BuiltSegment, UserText } from '../../src/store/blocks/seal-work.ts'
import { partNumber } from '../../src/store/blocks/part-number.ts'
import { openDatabase } from '../../src/store/sqlite/open-database.ts'
import { temporaryFolder } from '../start-test-app.ts'

/** A database file, written to as a collector does, but step by step as a test wants it. */
export interface BlockFile {
  readonly path: string
  readonly db: Database
  append(events: readonly BlockEvent[]): void
  addUsers(users: readonly UserText[]): void
  /** Stores a segment and switches it on: in place of the blocks up to its last number, or of other segments. Its id. */
  switchOn(segment: BuiltSegment, replaced?: readonly number[]): number
  /** Its id. */
  erase(erasure: Omit<Erasure, 'id'>): number
  /** Takes out of blocks what is hidden. */
  cleanBlocks(): void
  /** Forgets erasures that have nothing left to hide. */
  forgetErasures(): void
  /** Forgets all events. */
  clear(): void
}

export function createBlockFile(): BlockFile & { remove(): void } {
  const folder = temporaryFolder()
  const path = join(folder.path, 'blocks.db')
  const db = openDatabase(path, 'process')
  const encode = createBlockEncoder()
  const layoutChanged = () => db.exec('UPDATE storage SET layout = layout + 1')
  function append(events: readonly BlockEvent[]): void {
    const [first, last] = [(events[0] as BlockEvent).number, (events.at(-1) as BlockEvent).number]
    db.prepare('INSERT INTO block VALUES (?, ?, ?, ?)').run(first, last, events.length, encode(events))
  }
  return {
    path,
    db,
    append,
    addUsers: db.transaction((users: readonly UserText[]) => {
      const insert = db.prepare('INSERT INTO user_text VALUES (@id, @project, @hash, @text)')
      for (const user of users) insert.run(user)
      db.prepare('UPDATE storage SET next_user = next_user + ?').run(users.length)
    }),
    switchOn: db.transaction((segment: BuiltSegment, replaced: readonly number[] = []) => {
      const id = db
        .prepare('UPDATE storage SET next_segment = next_segment + 1 RETURNING next_segment - 1')
        .pluck()
        .get() as number
      const addPart = db.prepare('INSERT INTO segment_part VALUES (?, ?)')
      for (const { slot, body } of segment.parts) addPart.run(partNumber(id, slot), body)
      const { first, last, events, minMs, maxMs, erasedTo } = segment
      if (events > 0)
        db.prepare('INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?)').run(
          id,
          first,
          last,
          events,
          minMs,
          maxMs,
          erasedTo,
        )
      for (const other of replaced) db.prepare('DELETE FROM segment WHERE id = ?').run(other)
      db.prepare('UPDATE storage SET sealed_to = max(sealed_to, ?)').run(last)
      db.prepare('DELETE FROM block WHERE last <= ?').run(last)
      layoutChanged()
      return id
    }),
    erase: db.transaction(({ project, upTo, before, userId }: Omit<Erasure, 'id'>) => {
      const insert = db.prepare('INSERT INTO erasure (project, up_to, before, user_id) VALUES (?, ?, ?, ?)')
      const { lastInsertRowid } = insert.run(project, upTo, before, userId)
      layoutChanged()
      return Number(lastInsertRowid)
    }),
    cleanBlocks: db.transaction(() => {
      const { keptRows } = createReadErasures(db)()
      const blocks = db.prepare<[], { first: number; body: Buffer }>('SELECT first, body FROM block').all()
      for (const { first, body } of blocks) {
        const rows = decodeBlock(first, body)
        const kept = keptRows(rows)
        if (kept === undefined) continue
        db.prepare('DELETE FROM block WHERE first = ?').run(first)
        if (kept.length > 0) append(Array.from(kept, (row) => eventOfRow(rows, row)))
        layoutChanged()
      }
    }),
    forgetErasures: db.transaction(() => {
      db.exec('DELETE FROM erasure')
      layoutChanged()
    }),
    clear() {
      for (const table of ['block', 'segment', 'segment_part', 'user_text', 'erasure']) db.exec(`DELETE FROM ${table}`)
      db.exec('UPDATE storage SET sealed_to = 0, next_user = 1')
      layoutChanged()
    },
    remove() {
      db.close()
      folder.remove()
    },
  }
}

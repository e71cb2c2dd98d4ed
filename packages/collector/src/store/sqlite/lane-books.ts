import type { Database } from 'better-sqlite3'
import type { LedgerBatch, LedgerEntry, LedgerVerdict, StoredEvent } from '../ledger.ts'
import { correctTime } from './lane-clock.ts'
import { createLaneRows } from './lane-row.ts'
import { createLaneTally } from './lane-tally.ts'
import { createOpenLane, type LaneBook } from './open-lane.ts'
import { hearSender } from './sender-word.ts'

/**
 * The books of the lanes that one transaction touches: which of their numbers are stored, which were rejected, what their
 * senders dropped and hold, and how their clocks stand. Each lane is read once, judged in memory, and written once by `save`.
 * `project` is the project's row.
 */
export interface LaneBooks {
  lane(project: number, lane: string): LaneBook
  /** Hears what a batch says of its sender. To be called before its first entry is judged. */
  hear(project: number, batch: LedgerBatch): void
  /** The event as it is to be kept. To be called for an entry of a batch that was heard, when it was judged `stored`. */
  keep(project: number, batch: LedgerBatch, entry: Extract<LedgerEntry, { kind: 'event' }>): StoredEvent
  /** Books an event that has no lane. */
  bookLaneless(project: number, verdict: LedgerVerdict, arrivedAtMs: number): void
  /** To be called once, at the end of the transaction. */
  save(): void
}

export function createLaneBooks(db: Database): () => LaneBooks {
  const openRows = createLaneRows(db)
  const openTally = createLaneTally(db)
  const openLane = createOpenLane(db)

  return () => {
    const rows = openRows()
    const tally = openTally()
    const touched = new Map<number, Map<string, LaneBook>>()
    const spokenFor = new Set<LaneBook>()
    let current: LaneBook | undefined

    function find(project: number, lane: string): LaneBook {
      const books = touched.get(project) ?? new Map<string, LaneBook>()
      touched.set(project, books)
      const book = books.get(lane) ?? openLane(rows.find(project, lane))
      books.set(lane, book)
      return book
    }

    function bookOf(project: number, lane: string): LaneBook {
      // Events of a lane come together: no need to look it up for each.
      if (current?.row.lane !== lane || current.row.project !== project) current = find(project, lane)
      return current
    }

    return {
      lane: bookOf,
      hear(project, batch) {
        const speaker = hearSender(batch, (lane) => bookOf(project, lane).row)
        if (speaker !== undefined) spokenFor.add(bookOf(project, speaker.lane))
      },
      keep: (project, { word }, { key, event }) =>
        // An event without a time of its own has that of its arrival.
        key.kind === 'lane' && word?.sentAtMs !== undefined && event.timestampMs !== event.receivedAtMs
          ? correctTime(bookOf(project, key.lane).row, event, key.seq)
          : event,
      bookLaneless(project, verdict, arrivedAtMs) {
        if (verdict !== 'rejected') tally.addLaneless(project, verdict, arrivedAtMs)
      },
      save() {
        for (const books of touched.values()) {
          for (const book of books.values()) {
            book.close(spokenFor.has(book))
            rows.save({ row: book.row, isNew: book.before === undefined })
            book.save()
            tally.move(book.before, book.row)
          }
        }
        tally.save()
      },
    }
  }
}

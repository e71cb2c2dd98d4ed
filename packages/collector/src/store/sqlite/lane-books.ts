import type { Database } from 'better-sqlite3'
import { createLaneRows } from './lane-row.ts'
import { createOpenLane, type LaneBook } from './open-lane.ts'

/**
 * The books of the lanes that one transaction touches: which of their numbers are stored, which were rejected, and what
 * their senders dropped. Each lane is read once, judged in memory, and written once by `save`.
 */
export interface LaneBooks {
  lane(project: number, lane: string): LaneBook
  /** To be called once, at the end of the transaction. */
  save(): void
}

export function createLaneBooks(db: Database): () => LaneBooks {
  const openRows = createLaneRows(db)
  const openLane = createOpenLane(db)

  return () => {
    const rows = openRows()
    const touched = new Map<number, Map<string, LaneBook>>()
    let current: LaneBook | undefined

    function find(project: number, lane: string): LaneBook {
      const books = touched.get(project) ?? new Map<string, LaneBook>()
      touched.set(project, books)
      const book = books.get(lane) ?? openLane(rows.find(project, lane))
      books.set(lane, book)
      return book
    }

    return {
      lane(project, lane) {
        // Events of a lane come together: no need to look it up for each.
        if (current?.row.lane !== lane || current.row.project !== project) current = find(project, lane)
        return current
      },
      save() {
        for (const books of touched.values()) {
          for (const book of books.values()) {
            book.close()
            rows.save(book.row)
            book.save()
          }
        }
      },
    }
  }
}

import type { Database } from 'better-sqlite3'
import { type BitSet, newBitSet } from './bit-set.ts'
import { createLruCache } from './lru-cache.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/**
 * Which of `count` ids (`user_text.id`) from `first` on have events in a segment, bit `i` being that of `first + i`. Looks at one segment
 * after another and keeps none.
 */
export function createUsedUsers(db: Database): (first: number, count: number) => BitSet {
  const segments = db.prepare<[], SegmentRow>(`SELECT ${SEGMENT_FIELDS} FROM segment ORDER BY first`)
  return db.transaction((first: number, count: number) => {
    const open = createSegmentOpener(db, createLruCache(0), createUserTexts(db, 0))
    const used = newBitSet(count - 1)
    for (const row of segments.all()) {
      for (const id of open(row).column('users').ids) {
        const i = id - first
        if (i >= 0 && i < count) used[i >>> 5]! |= 1 << (i & 31)
      }
    }
    return used
  })
}

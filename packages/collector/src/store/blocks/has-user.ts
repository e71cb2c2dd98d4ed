import type { Database } from 'better-sqlite3'
import { createLruCache } from './lru-cache.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/** Whether a segment has events of a user, by `user_text.id`. Looks at one segment after another and keeps none. */
export function createHasUser(db: Database): (id: number) => boolean {
  const segments = db.prepare<[], SegmentRow>(`SELECT ${SEGMENT_FIELDS} FROM segment ORDER BY first`)
  return db.transaction((id: number) => {
    const open = createSegmentOpener(db, createLruCache(0), createUserTexts(db, 0))
    return segments.all().some((row) => open(row).column('users').ids.includes(id))
  })
}

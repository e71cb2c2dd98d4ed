import type { Database } from 'better-sqlite3'
import { has, newBitSet, remove } from './bit-set.ts'
import { createLruCache } from './lru-cache.ts'
import type { UnusedUsers } from './seal-work.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/** Looks at one segment after another and keeps none. */
export function createUnusedUsers(db: Database): (after: number, most: number) => UnusedUsers {
  const segments = db.prepare<[], SegmentRow>(`SELECT ${SEGMENT_FIELDS} FROM segment ORDER BY first`)
  // Those from `next_user` on are of an attempt to seal that ended early.
  const stored = db
    .prepare<[number, number], number>(
      'SELECT id FROM user_text WHERE id > ? AND id < (SELECT next_user FROM storage) ORDER BY id LIMIT ?',
    )
    .pluck()
  return db.transaction((after: number, most: number) => {
    const ids = stored.all(after, most)
    const [first, last] = [ids[0], ids.at(-1)]
    if (first === undefined || last === undefined) return { ids: new Uint32Array(0), last }
    const left = newBitSet(last - first)
    for (const id of ids) left[(id - first) >>> 5]! |= 1 << ((id - first) & 31)
    let many = ids.length
    const open = createSegmentOpener(db, createLruCache(0), createUserTexts(db, 0))
    for (const row of segments.all()) {
      for (const id of open(row).column('users').ids) {
        if (id < first || id > last || !has(left, id - first)) continue
        remove(left, id - first)
        many -= 1
      }
      if (many === 0) break
    }
    return { ids: Uint32Array.from(ids.filter((id) => has(left, id - first))), last }
  })
}

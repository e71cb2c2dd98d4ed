import type { Database } from 'better-sqlite3'
import { createLruCache } from './lru-cache.ts'
import { userHash } from './user-hash.ts'
import { createFindUser } from './user-ids.ts'

/** What `user_text` says. */
export interface UserTexts {
  /** Text of an id that stands in a segment. */
  text(id: number): string
  /** Id of a user, or 0. What was found last is remembered until the next read begins. */
  find(project: number, text: string): number
  /** To be called where what the file says of a user may be another than before. */
  beginRead(): void
}

/** What an entry takes besides its text, about. */
const ENTRY_BYTES = 100

export function createUserTexts(db: Database, cachedBytes: number): UserTexts {
  const cache = createLruCache(cachedBytes)
  const select = db.prepare<[number], string>('SELECT text FROM user_text WHERE id = ?').pluck()
  const find = createFindUser(db)
  let last = { project: 0, text: '', id: 0 }
  return {
    beginRead() {
      last = { project: 0, text: '', id: 0 }
    },
    text: (id) =>
      cache.get(id, () => {
        const value = select.get(id) as string
        return { value, bytes: ENTRY_BYTES + 2 * value.length }
      }),
    find(project, text) {
      // Each of many segments is asked for the same user.
      if (last.project !== project || last.text !== text) {
        const hash = userHash(project, text)
        last = { project, text, id: find({ project, text, hash }, Number.MAX_SAFE_INTEGER) }
      }
      return last.id
    },
  }
}

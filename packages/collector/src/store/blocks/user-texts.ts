import type { Database } from 'better-sqlite3'
import { createLruCache } from './lru-cache.ts'
import { userHash } from './user-hash.ts'
import { createFindUser } from './user-ids.ts'

/** What `user_text` says. */
export interface UserTexts {
  /** Text of an id that stands in a segment. */
  text(id: number): string
  /** Id of a user, or 0. */
  find(project: number, text: string): number
}

/** What an entry takes besides its text, about. */
const ENTRY_BYTES = 100

export function createUserTexts(db: Database, cachedBytes: number): UserTexts {
  const cache = createLruCache(cachedBytes)
  const select = db.prepare<[number], string>('SELECT text FROM user_text WHERE id = ?').pluck()
  const find = createFindUser(db)
  return {
    text: (id) =>
      cache.get(id, () => {
        const value = select.get(id) as string
        return { value, bytes: ENTRY_BYTES + 2 * value.length }
      }),
    find: (project, text) => find({ project, text, hash: userHash(project, text) }, Number.MAX_SAFE_INTEGER),
  }
}

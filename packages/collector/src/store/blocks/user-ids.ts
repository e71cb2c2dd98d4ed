import type { Database } from 'better-sqlite3'
import type { ProjectUser } from './row-users.ts'
import type { UserText } from './seal-work.ts'
import { orderOf } from './stable-order.ts'
import { userHash } from './user-hash.ts'

export interface UserIds {
  /** In the order asked for. */
  readonly ids: Uint32Array
  /** Those that have no row yet. */
  readonly newUsers: readonly UserText[]
}

/**
 * Looks users up, the first of whom stands for none; a user without an id below `nextUser` gets one from there on. No user may stand twice.
 */
export function createUserIds(db: Database): (users: readonly ProjectUser[], nextUser: number) => UserIds {
  const find = createFindUser(db)
  return (users, nextUser) => {
    const newUsers: UserText[] = []
    const ids = new Uint32Array(users.length)
    const hashes = Float64Array.from(users, ({ project, text }, place) => (place === 0 ? 0 : userHash(project, text)))
    // In the order of the index, in which neighbours are on one page, now and when the new ones are stored.
    for (const place of orderOf(hashes)) {
      if (place === 0) continue
      const { project, text } = users[place] as ProjectUser
      const hash = hashes[place] as number
      ids[place] = find({ project, text, hash }, nextUser)
      if (ids[place] === 0)
        ids[place] = newUsers.push({ id: nextUser + newUsers.length, project, hash, text }) - 1 + nextUser
    }
    return { ids, newUsers }
  }
}

/** Gives the id of a user, if it is below `before`, or 0. */
export function createFindUser(db: Database): (user: Omit<UserText, 'id'>, before: number) => number {
  const select = db
    .prepare<[number, number, number, string], number>(
      'SELECT id FROM user_text WHERE hash = ? AND id < ? AND project = ? AND text = ?',
    )
    .pluck()
  return ({ hash, project, text }, before) => select.get(hash, before, project, text) ?? 0
}

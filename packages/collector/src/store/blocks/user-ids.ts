import type { Database } from 'better-sqlite3'
import type { ProjectUser } from './row-users.ts'
import type { UserText } from './seal-work.ts'
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
    const ids = Uint32Array.from(users, ({ project, text }, place) => {
      if (place === 0) return 0
      const hash = userHash(project, text)
      const known = find({ project, text, hash }, nextUser)
      if (known !== 0) return known
      const id = nextUser + newUsers.length
      newUsers.push({ id, project, hash, text })
      return id
    })
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

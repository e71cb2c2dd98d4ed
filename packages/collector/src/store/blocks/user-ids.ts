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

/** Bits of a hash that do not matter for the order of the users: a number and its place have to fit into one double. */
const UNSORTED = 2 ** 16

/**
 * Looks users up, the first of whom stands for none; a user without an id below `nextUser` gets one from there on. No user may stand twice.
 * New ids ascend with the hashes, nearly: whoever looks up or stores many users finds neighbours in the same pages of the index.
 */
export function createUserIds(db: Database): (users: readonly ProjectUser[], nextUser: number) => UserIds {
  const find = createFindUser(db)
  return (users, nextUser) => {
    const newUsers: UserText[] = []
    const ids = new Uint32Array(users.length)
    const hashes = Float64Array.from(users, ({ project, text }, place) => (place === 0 ? -1 : userHash(project, text)))
    const order = orderOf(hashes.map((hash) => Math.floor(hash / UNSORTED)))
    // The first in the order is nobody.
    for (let i = 1; i < order.length; i++) {
      const place = order[i] as number
      const { project, text } = users[place] as ProjectUser
      const hash = hashes[place] as number
      const known = find({ project, text, hash }, nextUser)
      if (known === 0) newUsers.push({ id: nextUser + newUsers.length, project, hash, text })
      ids[place] = known === 0 ? nextUser + newUsers.length - 1 : known
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

import type { Database } from 'better-sqlite3'
import type { ProjectUser } from './row-users.ts'
import { userHash } from './user-hash.ts'
import { createFindUser } from './user-ids.ts'

/** A user of the tail: the same object for the same user. */
export interface TailUser extends ProjectUser {
  /** 0: not looked up yet. */
  id: number
}

/** Users of events that are in no segment yet. Who is in none at all has an id for the time being, that no other user has. */
export interface TailUsers {
  /** Remembers who is not known. */
  user(user: ProjectUser): TailUser
  find(project: number, text: string): TailUser | undefined
  /** The id that all segments of a snapshot know a user by; good for this generation. */
  idOf(user: TailUser): number
  /** Grows when ids are forgotten. */
  generation(): number
  /** Forgets all ids, and all users but these. Ids below `nextUser` are those of users in segments. */
  renew(nextUser: number, users: Iterable<TailUser>): void
}

export function createTailUsers(db: Database): TailUsers {
  const findStored = createFindUser(db)
  const byProject = new Map<number, Map<string, TailUser>>()
  let generation = 0
  let firstOwn = 1
  let next = 1

  function add(user: TailUser): TailUser {
    const own = byProject.get(user.project) ?? new Map<string, TailUser>()
    byProject.set(user.project, own.set(user.text, user))
    return user
  }
  const find = (project: number, text: string) => byProject.get(project)?.get(text)

  return {
    find,
    user: ({ project, text }) => find(project, text) ?? add({ project, text, id: 0 }),
    idOf(user) {
      // Rows from there on are for a segment that is not switched on: another user may have their ids for the time being.
      if (user.id === 0) user.id = findStored({ ...user, hash: userHash(user.project, user.text) }, firstOwn)
      if (user.id === 0) user.id = next++
      return user.id
    },
    generation: () => generation,
    renew(nextUser, users) {
      byProject.clear()
      for (const user of users) add(user).id = 0
      firstOwn = nextUser
      next = nextUser
      generation++
    },
  }
}

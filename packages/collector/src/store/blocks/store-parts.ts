import type { Database } from 'better-sqlite3'
import { partNumber } from './part-number.ts'
import type { Part, UserList, UserText } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'

/** What one transaction writes at most, save a part that is larger. */
const STEP_BYTES = 256 * 1024
const STEP_USERS = 500

const TABLES = {
  segment: { parts: 'segment_part', next: 'next_segment' },
  run: { parts: 'key_run_part', next: 'next_run' },
} as const

export interface PartStore {
  /** Resolves with the id that the parts are stored under: nobody has it yet. */
  storeParts(kind: 'segment' | 'run', parts: readonly Part[]): Promise<number>
  /** Ids must follow those that were given before. */
  storeUsers(users: UserList): Promise<void>
}

/** Stores what a worker built. Until a row names it nobody reads it; if none ever does, it is an orphan. */
export function createPartStore(db: Database, steps: SmallSteps): PartStore {
  const statements = { segment: prepareStatements(db, 'segment'), run: prepareStatements(db, 'run') }
  const storeUsers = createUserWriter(db)
  return {
    async storeParts(kind, parts) {
      const { insert, takeId } = statements[kind]
      const id = await steps.take(`id of a ${kind}`, () => takeId.get() as number)
      for (const some of inSteps(parts)) {
        await steps.take(`parts of a ${kind}`, () => {
          for (const { slot, body } of some) insert.run(partNumber(id, slot), body)
        })
      }
      return id
    },
    async storeUsers(users) {
      for (let from = 0; from < users.length; from += STEP_USERS) {
        await steps.take('users', () => storeUsers(users.slice(from, from + STEP_USERS)))
      }
    },
  }
}

function prepareStatements(db: Database, kind: 'segment' | 'run') {
  const { parts, next } = TABLES[kind]
  return {
    insert: db.prepare<[number, Uint8Array]>(`INSERT INTO ${parts} VALUES (?, ?)`),
    takeId: db.prepare<[], number>(`UPDATE storage SET ${next} = ${next} + 1 RETURNING ${next} - 1`).pluck(),
  }
}

function createUserWriter(db: Database): (users: readonly UserText[]) => void {
  const next = db.prepare<[], number>('SELECT next_user FROM storage').pluck()
  const insert = db.prepare<[UserText]>('INSERT INTO user_text VALUES (@id, @project, @hash, @text)')
  const setNext = db.prepare<[number]>('UPDATE storage SET next_user = ?')
  return (users) => {
    const first = users[0] as UserText
    if (first.id !== next.get()) throw new Error(`User ${first.id} is not the next that gets an id`)
    for (const user of users) insert.run(user)
    setNext.run(first.id + users.length)
  }
}

function* inSteps(parts: readonly Part[]): Iterable<readonly Part[]> {
  let some: Part[] = []
  let bytes = 0
  for (const part of parts) {
    if (some.length > 0 && bytes + part.body.length > STEP_BYTES) {
      yield some
      some = []
      bytes = 0
    }
    some.push(part)
    bytes += part.body.length
  }
  if (some.length > 0) yield some
}

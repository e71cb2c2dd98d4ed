import type { Database } from 'better-sqlite3'
import { BLOCK_WEIGHT } from './block-weight.ts'
import { newClaimKey, readClaimed } from './claim-key.ts'
import { type ClaimedKeys, createClaimedKeys } from './claimed-keys.ts'
import { decodeBlock } from './decode-block.ts'
import { type KeptSeconds, loadKeptSeconds } from './kept-seconds.ts'
import { type IsReleased, loadReleasedKeys } from './released-keys.ts'
import { createSpilledKeys } from './spilled-keys.ts'

/** What whoever ingests holds of the file in memory. */
export interface TailMemory {
  readonly keys: ClaimedKeys
  /** The highest number that an event ever had. */
  readonly lastNumber: number
  /** Weight of the blocks that are not sealed. */
  readonly unsealed: number
  /** To be called first in every transaction that ingests: another process may have ingested, sealed or erased meanwhile. */
  refresh(): void
  /** Keeps what the transaction added, or forgets it. */
  settle(outcome: 'committed' | 'rolled back', lastNumber: number, weight: number): void
}

const nothingIsReleased: IsReleased = () => false

/** `name` is like no other that ever ingests into the file. */
export function createTailMemory(db: Database, name: string): TailMemory {
  const statements = prepareStatements(db)
  const spilled = createSpilledKeys(db)
  let isReleased: IsReleased = nothingIsReleased
  const newKeys = () => createClaimedKeys(spilled, (...event) => isReleased(...event))
  const state = { keys: newKeys(), lastNumber: 0, unsealed: 0, layout: -1 }

  function readLayout(layout: number, sealedTo: number): void {
    isReleased = loadReleasedKeys(db)
    spilled.reload()
    state.keys.forget(sealedTo)
    state.unsealed = statements.unsealed.get(sealedTo) as number
    state.layout = layout
  }

  /** Claims what blocks after a number hold. They are committed, whatever becomes of the transaction. */
  function readTail(after: number): void {
    claimTail(statements.tail.iterate(after), state.keys, loadKeptSeconds(db))
    state.keys.settle('committed')
    state.lastNumber = statements.lastNumber.get() as number
  }

  return {
    get keys() {
      return state.keys
    },
    get lastNumber() {
      return state.lastNumber
    },
    get unsealed() {
      return state.unsealed
    },
    refresh() {
      const { writer, layout, sealedTo } = statements.storage.get() as StorageRow
      const isKnown = layout === state.layout
      if (!isKnown) readLayout(layout, sealedTo)
      if (writer === name) return
      statements.takeOver.run(name)
      if (isKnown) {
        // Nothing but new blocks: whoever takes turns with another process must not read the whole tail each time.
        state.unsealed += statements.unsealed.get(state.lastNumber) as number
        readTail(state.lastNumber)
      } else {
        state.keys = newKeys()
        readTail(sealedTo)
      }
    },
    settle(outcome, lastNumber, weight) {
      state.keys.settle(outcome)
      if (outcome === 'rolled back') return
      state.lastNumber = lastNumber
      state.unsealed += weight
    },
  }
}

interface TailBlock {
  readonly first: number
  readonly body: Buffer
}

/** Claims what the blocks hold. */
function claimTail(blocks: Iterable<TailBlock>, keys: ClaimedKeys, keptSeconds: KeptSeconds): void {
  const key = newClaimKey()
  for (const { first, body } of blocks) {
    const { claims, numbers, projects, times, users } = decodeBlock(first, body)
    for (let row = 0; row < numbers.length; row++) {
      if (claims.length(row) === 0) continue
      const [project, number, place] = [projects[row] as number, numbers[row] as number, users.places[row] as number]
      const userId = place === 0 ? null : (users.texts[place] as string)
      const seconds = keptSeconds({ project, number, timeMs: times[row] as number, userId })
      readClaimed(key, project, claims, row)
      if (seconds !== undefined) keys.claim(key, seconds, number)
    }
  }
}

interface StorageRow {
  readonly writer: string
  readonly layout: number
  readonly sealedTo: number
}

function prepareStatements(db: Database) {
  return {
    storage: db.prepare<[], StorageRow>('SELECT writer, layout, sealed_to AS sealedTo FROM storage'),
    takeOver: db.prepare<[string]>('UPDATE storage SET writer = ?'),
    unsealed: db
      .prepare<[number], number>(`SELECT coalesce(sum(${BLOCK_WEIGHT}), 0) FROM block WHERE first > ?`)
      .pluck(),
    lastNumber: db
      .prepare<[], number>(
        `SELECT max(sealed_to, (SELECT highest_deleted FROM event_number),
           coalesce((SELECT last FROM block ORDER BY first DESC LIMIT 1), 0)) FROM storage`,
      )
      .pluck(),
    tail: db.prepare<[number], TailBlock>('SELECT first, body FROM block WHERE first > ? ORDER BY first'),
  }
}

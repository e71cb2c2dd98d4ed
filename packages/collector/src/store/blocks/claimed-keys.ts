import type { ClaimKey } from './claim-key.ts'
import type { KeyBatch } from './key-batch.ts'
import { createKeyTable, type KeyTable, type Replaced } from './key-table.ts'
import type { IsReleased } from './released-keys.ts'
import type { SpilledKeys } from './spilled-keys.ts'

/** Numbers that share a table: as many as a segment has events, so that tables go as segments come. */
const NUMBERS_A_TABLE = 262_144

interface Generation {
  readonly base: number
  /** The highest number in it. */
  last: number
  readonly keys: KeyTable
}

/** What a claim replaced, to be put back when its transaction fails. */
interface Claimed extends ClaimKey {
  readonly keys: KeyTable
  readonly before: Replaced | undefined
}

/** Which keys outside lanes are claimed: those of unsealed events in memory, others in runs. */
export interface ClaimedKeys {
  /** By place in the batch, 0: the key is certainly not in a run. Good until it is called again. */
  possiblySpilled(batch: KeyBatch): Uint8Array
  /** `isSpilled`: whether it may be in a run. */
  has(key: ClaimKey, isSpilled: boolean): boolean
  /** Of a key that nobody has. Numbers ascend. */
  claim(key: ClaimKey, seconds: number, number: number): void
  /** Keeps, or takes back, what was claimed since the last call. */
  settle(outcome: 'committed' | 'rolled back'): void
  /** Events up to this number are sealed: their keys are in runs. */
  forget(sealedTo: number): void
}

export function createClaimedKeys(spilled: SpilledKeys, isReleased: IsReleased): ClaimedKeys {
  let generations: Generation[] = []
  let claimed: Claimed[] = []
  /** Those that were begun since the last call of `settle`: numbers may begin anew below their base. */
  let begun: Generation[] = []

  const held = (keys: KeyTable, key: ClaimKey) => keys.find(key) && !isReleased(key.project, keys.seconds, keys.number)

  function newest(number: number): Generation {
    const last = generations.at(-1)
    if (last !== undefined && number < last.base + NUMBERS_A_TABLE) return last
    const next = { base: number, last: number, keys: createKeyTable(number) }
    generations.push(next)
    begun.push(next)
    return next
  }

  return {
    possiblySpilled: (batch) => spilled.possible(batch),
    has(key, isSpilled) {
      for (const { keys } of generations) if (held(keys, key)) return true
      return isSpilled && spilled.has(key, isReleased)
    },
    claim(key, seconds, number) {
      const generation = newest(number)
      const { keys } = generation
      const before = keys.put(key, seconds, number)
      claimed.push({ project: key.project, a: key.a, b: key.b, c: key.c, keys, before })
      generation.last = number
    },
    settle(outcome) {
      if (outcome === 'rolled back') {
        for (const { keys, before, ...key } of claimed.toReversed()) {
          if (before === undefined) keys.remove(key)
          else keys.put(key, before.seconds, before.number)
        }
        generations = generations.filter((generation) => !begun.includes(generation))
      }
      claimed = []
      begun = []
    },
    forget(sealedTo) {
      generations = generations.filter(({ last }) => last > sealedTo)
    },
  }
}

import type { ClaimKey } from './claim-key.ts'
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
  has(key: ClaimKey): boolean
  /** Numbers ascend. `false`: it is claimed already. */
  claim(key: ClaimKey, seconds: number, number: number): boolean
  /** Keeps, or takes back, what was claimed since the last call. */
  settle(outcome: 'committed' | 'rolled back'): void
  /** Events up to this number are sealed: their keys are in runs. */
  forget(sealedTo: number): void
}

export function createClaimedKeys(spilled: SpilledKeys, isReleased: IsReleased): ClaimedKeys {
  let generations: Generation[] = []
  let claimed: Claimed[] = []

  const held = (keys: KeyTable, key: ClaimKey) => keys.find(key) && !isReleased(key.project, keys.seconds, keys.number)

  function has(key: ClaimKey): boolean {
    for (const { keys } of generations) if (held(keys, key)) return true
    return spilled.has(key, isReleased)
  }

  function newest(number: number): Generation {
    const last = generations.at(-1)
    if (last !== undefined && number < last.base + NUMBERS_A_TABLE) return last
    const next = { base: number, last: number, keys: createKeyTable(number) }
    generations.push(next)
    return next
  }

  return {
    has,
    claim(key, seconds, number) {
      if (has(key)) return false
      const generation = newest(number)
      const { keys } = generation
      const before = keys.put(key, seconds, number)
      claimed.push({ project: key.project, a: key.a, b: key.b, c: key.c, keys, before })
      generation.last = number
      return true
    },
    settle(outcome) {
      if (outcome === 'rolled back') {
        for (const { keys, before, ...key } of claimed.toReversed()) {
          if (before === undefined) keys.remove(key)
          else keys.put(key, before.seconds, before.number)
        }
      }
      claimed = []
    },
    forget(sealedTo) {
      generations = generations.filter(({ last }) => last > sealedTo)
    },
  }
}

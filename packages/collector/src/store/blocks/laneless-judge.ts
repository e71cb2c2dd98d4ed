import type { LedgerBatch, LedgerEntry, LedgerVerdict } from '../ledger.ts'
import { newClaimKey, secondsOf } from './claim-key.ts'
import { createKeyBatch } from './key-batch.ts'
import type { TailMemory } from './tail-memory.ts'

/** Judges the events outside lanes of one transaction after the other. */
export interface LanelessJudge {
  /** To be called first in a transaction, with all that it brings; `projects` are the rows of the batches' projects. */
  gather(batches: readonly LedgerBatch[], projects: readonly number[]): void
  /** To be called for every entry outside a lane, in the order in which they were gathered. */
  judge(entry: LedgerEntry, number: number): LedgerVerdict
}

export function createLanelessJudge(memory: TailMemory): LanelessJudge {
  const batch = createKeyBatch()
  const key = newClaimKey()
  let possible: Uint8Array = new Uint8Array(0)
  let next = 0
  return {
    gather(batches, projects) {
      batch.clear()
      next = 0
      for (const [i, { entries }] of batches.entries())
        for (const entry of entries) if (hasClaim(entry)) batch.add(projects[i] as number, entry.eventId)
      possible = memory.keys.possiblySpilled(batch)
    },
    judge(entry, number) {
      if (!hasClaim(entry)) return 'rejected'
      const place = next++
      batch.read(key, place)
      if (memory.keys.has(key, possible[place] === 1)) return 'duplicate'
      if (entry.kind !== 'event') return 'rejected'
      memory.keys.claim(key, secondsOf(entry.event.timestampMs), number)
      return 'stored'
    },
  }
}

/** An event without a key claims its own id, so that it is stored once when it is imported. */
function hasClaim({ kind, key }: LedgerEntry): boolean {
  return key.kind !== 'lane' && (kind === 'event' || key.kind === 'foreign')
}

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from './tracked.ts'

/** An event that the test destroyed where it was written down. */
export interface Destroyed {
  readonly key: string
  readonly life: string
  readonly n: number
  readonly kind: Kind
}

interface WrittenEvent {
  readonly event_name: string
  readonly idempotency_key: string
  readonly metadata: { readonly life: string; readonly n: number; readonly kind: Kind }
}

/** Reads an event's JSON as something to destroy; `undefined` for a drop report, which is left alone. */
export function readVictim(json: string): Destroyed | undefined {
  const { event_name: name, idempotency_key: key, metadata } = JSON.parse(json) as WrittenEvent
  return name === 'chaos' ? { key, life: metadata.life, n: metadata.n, kind: metadata.kind } : undefined
}

/** Cuts events out of the journals of a file queue whose processes are dead: each line, by `chooses`, or not. */
export function destroyInJournals(queueFolder: string, chooses: () => boolean): readonly Destroyed[] {
  const destroyed: Destroyed[] = []
  for (const lane of readdirSync(queueFolder)) {
    for (const name of readdirSync(join(queueFolder, lane)).filter((file) => file.endsWith('.journal'))) {
      const path = join(queueFolder, lane, name)
      const lines = readFileSync(path, 'utf8').split('\n')
      const kept = lines.filter((line, i) => {
        // The last line may be cut short, and a removal names what is confirmed.
        if (i === lines.length - 1 || !/^[0-9a-f]{8} \{/.test(line)) return true
        const victim = readVictim(line.slice(9))
        if (victim === undefined || !chooses()) return true
        destroyed.push(victim)
        return false
      })
      writeFileSync(path, kept.join('\n'))
    }
  }
  return destroyed
}

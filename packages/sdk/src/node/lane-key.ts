import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Which events a queue's folder lets a tracker take over: those of its own API key, and those whose key is of no use. */
export interface LaneKey {
  /** Tells keys apart, and does not tell the key. */
  readonly hash: string
  /** Whether events of this key are for us. Those of no key are from before keys were told apart. */
  fits(hash: string | undefined): boolean
  /** Says for every process that uses the folder whether the collector refuses our key. May throw. */
  mark(isRefused: boolean): void
}

export function createLaneKey(queueFolder: string, key: string): LaneKey {
  const hash = crc32(key).toString(16).padStart(8, '0')
  const markOf = (refused: string) => join(queueFolder, `${refused}.refused`)
  return {
    hash,
    fits: (other) => other === undefined || other === hash || existsSync(markOf(other)),
    mark(isRefused) {
      if (isRefused) writeFileSync(markOf(hash), '')
      else rmSync(markOf(hash), { force: true })
    },
  }
}

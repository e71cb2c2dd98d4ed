import type { CollectGarbage } from './collect-garbage.ts'

const MOST_BYTES = 4 * 1024 * 1024

/** Returns what is to be told of bytes that are thrown away young, and collects them when they are many. */
export function createThrowAway(collect: CollectGarbage): (bytes: number) => void {
  let thrown = 0
  return (bytes) => {
    thrown += bytes
    if (thrown < MOST_BYTES) return
    thrown = 0
    collect({ type: 'minor' })
  }
}

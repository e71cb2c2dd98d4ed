import { dropReply, dropRequest, duplicate, garbage, late, ok, slow, status } from '@truecount/testkit'
import type { Fault, FaultScript } from '@truecount/testkit'

const LONGEST_DELAY_MS = 400

/** Drops requests and replies, duplicates, delays and, since some come late, reorders: nearly half of all requests. */
export function chaosFaults(random: () => number): FaultScript {
  const delayMs = () => random() * LONGEST_DELAY_MS
  const faults: readonly (readonly [share: number, fault: () => Fault])[] = [
    [0.08, () => dropRequest],
    [0.1, () => dropReply],
    [0.08, () => duplicate(delayMs())],
    [0.08, () => late(delayMs())],
    [0.08, () => slow(delayMs())],
    [0.03, () => status(503)],
    [0.02, () => garbage()],
  ]
  return () => {
    let drawn = random()
    for (const [share, fault] of faults) {
      if (drawn < share) return fault()
      drawn -= share
    }
    return ok
  }
}

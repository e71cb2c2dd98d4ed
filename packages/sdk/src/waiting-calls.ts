import type { Tracker } from './tracker.ts'

type Call = (tracker: Tracker) => void

/** Calls in order: made at once where there is a tracker, and before that kept until there is one. */
export interface WaitingCalls {
  readonly tracker: Tracker | undefined
  /** A call that says something about others, such as a refusal of consent: it always has a place. */
  call(run: Call): void
  /** A call that captures an event. Beyond {@link MAX_WAITING_EVENTS} it is given up. */
  capture(run: Call): void
  stats(): { readonly waiting: number; readonly overflowed: number }
  /** Makes the calls that wait, in order. */
  attach(tracker: Tracker): void
}

/** Events that may wait for a tracker. */
export const MAX_WAITING_EVENTS = 1000

export function createWaitingCalls(onOverflow: () => void): WaitingCalls {
  const calls: Call[] = []
  let attached: Tracker | undefined
  let waiting = 0
  let overflowed = 0

  function call(run: Call) {
    if (attached === undefined) calls.push(run)
    else run(attached)
  }

  return {
    get tracker() {
      return attached
    },
    call,
    capture(run) {
      if (attached === undefined) {
        if (waiting >= MAX_WAITING_EVENTS) {
          overflowed++
          return onOverflow()
        }
        waiting++
      }
      call(run)
    },
    stats: () => ({ waiting, overflowed }),
    attach(tracker) {
      attached = tracker
      waiting = 0
      for (const run of calls.splice(0)) run(tracker)
    },
  }
}

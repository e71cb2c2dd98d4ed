// What is waited for, from the least that may be cut short to the most. `Retry-After` stands beside it: nothing cuts it.
export const NOTHING = 0
/** More events, so that they share a request. */
export const COMPANY = 1
/** The end of the call that captures: it does no network work. */
export const NEXT_TURN = 2
/** A better moment, after an attempt that failed. */
export const BACKOFF = 3
/** Nothing any more: the collector refuses the key, or all is over. */
export const HALT = 4

/** Figures that no caller chooses. In a file of their own, so that a bundler writes them where they are used. */

/** How long `flush` and `shutdown` wait unless they are told. */
export const DEFAULT_DRAIN_MS = 10_000
/** Longest delay that a timer keeps: beyond it, it fires at once (HTML standard, Node.js timers). */
export const MAX_TIMER_MS = 2 ** 31 - 1
/** Longest wait that a `Retry-After` can ask for: a day. */
export const MAX_RETRY_AFTER_MS = 86_400_000
/** Room that the largest event of the contract needs. */
export const LARGEST_EVENT_BYTES = 12_000
/** What a drop report may take beyond a queue's bound. */
export const REPORT_RESERVE_BYTES = 4096
/** Web storage is measured anew after each so many characters: what other tabs write meanwhile is not seen before. */
export const LOOK_EVERY_CHARACTERS = 16_384

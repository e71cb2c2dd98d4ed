import type { StoredEvent } from '../ledger.ts'

/**
 * What is known of the clock that stamped a lane's events. An offset is what its requests' arrivals were later than it said
 * when they were sent, in milliseconds: how far the clock is behind, and the time on the way.
 */
export interface LaneClock {
  /** The smallest offset observed, to within {@link TOLERANCE_MS}. */
  clock_offset: number | null
  /** Of the event with the highest number that was kept: its number, its own time, and the time that it was given. */
  clock_seq: number | null
  clock_original: number | null
  clock_kept: number | null
}

/** A clock that is off by no more is left alone: a request may be that long on its way. */
const TOLERANCE_MS = 5_000

/** No request is longer on its way: an offset that grew by more says that the clock was set. */
const LONGEST_WAY_MS = 60_000

/** The years 0000 to 9999: what can be printed. */
const FIRST_MS = -62_167_219_200_000
const LAST_MS = 253_402_300_799_999

export function observeOffset(clock: LaneClock, offsetMs: number): void {
  const known = clock.clock_offset
  if (known !== null && offsetMs >= known - TOLERANCE_MS && offsetMs <= known + LONGEST_WAY_MS) return
  clock.clock_offset = offsetMs
}

/**
 * The event as it is to be kept. Its time is corrected where the lane's clock is off; events that arrive in the order of
 * their numbers keep the order of their own times, also where the correction changes between them.
 */
export function correctTime<Event extends StoredEvent>(clock: LaneClock, event: Event, seq: number): Event {
  const original = event.timestampMs
  const offset = clock.clock_offset ?? 0
  const sentAtMs = event.receivedAtMs - offset
  // After it was sent nothing happened: the clock was set back since, or the time was not the clock's. It says nothing of it.
  const isOff = Math.abs(offset) > TOLERANCE_MS && original <= sentAtMs + TOLERANCE_MS
  const corrected = original + (isOff ? offset : 0)
  const inOrder = keepOrder(clock, original, corrected, seq)
  const kept = inOrder >= FIRST_MS && inOrder <= LAST_MS ? inOrder : original
  if (seq > (clock.clock_seq ?? 0)) {
    clock.clock_seq = seq
    clock.clock_original = original
    clock.clock_kept = kept
  }
  return kept === original ? event : { ...event, timestampMs: kept, originalTimestampMs: original }
}

function keepOrder(clock: LaneClock, original: number, corrected: number, seq: number): number {
  const { clock_seq: lastSeq, clock_original: lastOriginal, clock_kept: lastKept } = clock
  if (lastSeq === null || lastOriginal === null || lastKept === null) return corrected
  if (seq > lastSeq && original >= lastOriginal) return Math.max(corrected, lastKept)
  if (seq < lastSeq && original <= lastOriginal) return Math.min(corrected, lastKept)
  return corrected
}

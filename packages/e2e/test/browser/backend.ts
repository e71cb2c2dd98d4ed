import type { FaultScript } from '@truecount/testkit'

/** A collector that a scenario runs against: the recording one, or the real one as a process behind a faulty network. */
export interface Backend {
  readonly url: string
  readonly key: string
  /** From now on connections are refused, and those that are open are cut. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  setFaults(faults: FaultScript): void
  /**
   * Resolves when events 1 to `last` are stored, or when that takes too long: the tally then tells. Missing where it
   * would take polling; pages that have nothing left to send are then the fact that is waited for.
   */
  waitForStored?(last: number): Promise<void>
  /** What became of events 1 to `last`. */
  tally(last: number): Promise<Tally>
  stop(): Promise<void>
}

/** What became of the events of a run; where the promise was kept, all but `repeated` are 0. */
export interface Tally {
  /** Events that are not stored. */
  readonly lost: number
  /** Events that are stored again, under another key. */
  readonly doubled: number
  /** Numbers of a lane that the collector has not heard of, and cannot explain. */
  readonly missing: number
  /** Events that the SDK says it gave up. */
  readonly dropped: number
  /** Requests that a page would not live to see allowed, where they are counted. */
  readonly preflights?: number
  /** Arrivals of an event after its first, known by its key as the same. */
  readonly repeated: number
}

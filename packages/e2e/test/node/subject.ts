/** How a scenario wants an SDK set up, in words that every SDK can follow as far as its options reach. */
export interface SubjectSettings {
  /** Base URL of the collector. */
  readonly endpoint: string
  readonly key: string
  /** Where a durable queue is to be kept. Left out: memory. */
  readonly queueFolder?: string
  /** Most events in a request. Left out: the SDK's default, as in all that follow. */
  readonly maxBatchEvents?: number
  readonly requestTimeoutMs?: number
}

/** An SDK under test. `create` has no effect but the SDK's own; no method is expected to throw. */
export interface Subject {
  /** Tracks event `name` of user `userId`. */
  track(name: string, userId: string, metadata: object): void
  /** Sends what waits, for at most `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>
  shutdown(timeoutMs: number): Promise<void>
  /** What the SDK says of itself; `undefined` where it says nothing. */
  books(): SubjectBooks | undefined
}

export interface SubjectBooks {
  readonly captured: number
  readonly adopted: number
  readonly delivered: number
  readonly duplicates: number
  readonly rejected: number
  readonly dropped: number
  readonly waiting: number
  /** Drops by reason. */
  readonly dropReasons: Readonly<Record<string, number>>
  /** Error messages, each once. */
  readonly errors: readonly string[]
}

export type CreateSubject = (settings: SubjectSettings) => Subject

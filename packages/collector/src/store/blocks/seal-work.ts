import type { TimeBounds } from './time-bounds.ts'

/** A user's text under the id that segments bear. */
export interface UserText {
  readonly id: number
  /** Row of the project. */
  readonly project: number
  readonly hash: number
  readonly text: string
}

/** Users, some at a time. */
export interface UserList {
  readonly length: number
  slice(from: number, to: number): readonly UserText[]
}

/** A part of a segment or of a key run, as it is stored. */
export interface Part {
  readonly slot: number
  readonly body: Uint8Array
}

/** A segment that is not stored yet. */
export interface BuiltSegment extends TimeBounds {
  readonly first: number
  readonly last: number
  /** Rows. 0: everything was hidden, there are no parts, and nothing is to be stored. */
  readonly events: number
  /** The highest erasure that was obeyed: 0 for none. */
  readonly erasedTo: number
  readonly parts: readonly Part[]
}

/** A key run that is not stored yet. */
export interface BuiltRun {
  readonly first: number
  readonly last: number
  readonly keys: number
  readonly head: Uint8Array
  readonly parts: readonly Part[]
}

export interface Sealed {
  readonly segment: BuiltSegment
  /** Users that have no id in the file yet: ids ascend by one from `storage.next_user` as the worker found it. */
  readonly users: UserList
  /**
   * Keys of the events outside a lane. Not those that an erasure by time released; those of erased users with
   * `NEVER_RELEASED`. Of several erasures that hide an event the first, by its id, decides which.
   */
  readonly run: BuiltRun | undefined
}

/** `clean`: no erasure up to `erasedTo` hides anything in the segment. */
export type Rewritten =
  | { readonly kind: 'clean'; readonly erasedTo: number }
  | {
      readonly kind: 'rewritten'
      readonly segment: BuiltSegment
      /** Keys of the removed events of erased users, with `NEVER_RELEASED`: an erasure by time would else release them. */
      readonly run: BuiltRun | undefined
    }

/** Whole blocks, in order, until they weigh `minWeight` or number `upTo` is in. */
export interface SealWish {
  readonly minWeight: number
  readonly upTo: number
}

/** Who of some users has events in no segment. */
export interface UnusedUsers {
  readonly ids: Uint32Array
  /** Of the last one that was looked at; `undefined`: there are no more. */
  readonly last: number | undefined
}

/**
 * What is made off the thread that ingests. Each reads the file in one read transaction on a connection of its own and writes
 * nothing; its arrays are handed over. Rejects when the worker dies or the file can't be read.
 */
export interface SealWork {
  /** Of whole blocks after `sealed_to`, in order, until they weigh `minWeight` or number `upTo` is in. */
  seal(wish: SealWish): Promise<Sealed>
  /** A segment as it is without what is hidden of it. */
  rewrite(segment: number): Promise<Rewritten>
  /** Several runs as one, without released keys; `undefined` when no key is left. */
  mergeRuns(runs: readonly number[]): Promise<BuiltRun | undefined>
  /** Looks at the `most` users after an id (`user_text.id`), or fewer. */
  unusedUsers(after: number, most: number): Promise<UnusedUsers>
  /**
   * Copies the write-ahead log into the file: most of it while others write, the last of it while they wait, some milliseconds.
   * Whether the log then begins anew; not where a reader still uses it after `patienceMs`, during which nobody writes.
   */
  checkpoint(patienceMs: number): Promise<boolean>
  /** Ends the worker, whatever it does. */
  stop(): Promise<void>
}

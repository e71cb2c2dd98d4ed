export type SqlRow = readonly unknown[]

/** What became of a question: the rows of each of its statements, or that they took longer than anybody waits. */
export type Asked =
  | { readonly kind: 'answered'; readonly ms: number; readonly results: readonly (readonly SqlRow[])[] }
  | { readonly kind: 'too_slow' }

/** A database that Truecount is compared with. All understand the same SQL. */
export interface Engine {
  readonly name: string
  /** Makes the table `events` of a file of {@link EVENT_COLUMNS}, in the order and with the indexes that suit it. */
  load(csvPath: string): Promise<void>
  /** Runs statements one after another, and times them until their rows are JavaScript values. */
  ask(sql: readonly string[]): Promise<Asked>
  stop(): Promise<void>
}

export const EVENT_COLUMNS = ['id', 'user_id', 'name', 'ts', 'page', 'metadata'] as const

/** How long an answer is waited for. */
export const ASK_LIMIT_MS = 120_000

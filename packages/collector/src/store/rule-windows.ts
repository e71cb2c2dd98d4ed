/** What a counting rule remembers of one key. Instants are milliseconds since 1970, ascending. */
export interface WindowState {
  /** Matching events that may still count. */
  readonly hits: readonly number[]
  /** Ends of the windows for which the rule fired. */
  readonly firings: readonly number[]
}

/** The memory of counting rules, as one ingest transaction sees it: what is written is kept if the events are. */
export interface RuleWindows {
  read(ruleId: string, key: string): WindowState | undefined
  /** Replaces the state, which is forgotten some time after `expiresAtMs` unless it is written again. */
  write(ruleId: string, key: string, state: WindowState, nowMs: number, expiresAtMs: number): void
}

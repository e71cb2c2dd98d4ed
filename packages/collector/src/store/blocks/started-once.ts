/** Something with a worker, which starts when it is first asked for. */
export interface StartedOnce<T> {
  get(): T
  /** Stops it, if it was ever started. */
  stop(): Promise<void>
}

export function startedOnce<T extends { stop(): Promise<void> }>(start: () => T): StartedOnce<T> {
  let started: T | undefined
  return {
    get: () => (started ??= start()),
    stop: async () => started?.stop(),
  }
}

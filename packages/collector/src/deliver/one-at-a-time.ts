export interface OneAtATime {
  /** Has it run now, or once more after the run under way. */
  wake(): void
  /** Resolves when the run under way is over. */
  idle(): Promise<void>
}

/** Never runs twice at a time: all calls that come during a run are answered by one more. `run` must not reject. */
export function createOneAtATime(run: () => Promise<void>): OneAtATime {
  let running: Promise<void> | undefined
  let again = false

  function wake(): void {
    again = running !== undefined
    if (running !== undefined) return
    running = run().finally(() => {
      running = undefined
      if (again) wake()
    })
  }
  return { wake, idle: async () => running }
}

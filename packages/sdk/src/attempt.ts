/** What `run` returns; `undefined` where it throws: for what may fail, and whose failure says nothing more. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    // The caller knows what nothing means.
    return undefined
  }
}

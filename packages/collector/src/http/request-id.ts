/** Fit for a log line as it came: no white space, no quotes, no control characters, not long. */
const SANE = /^[\w.:/+=@-]{1,128}$/

/** The id that a request came with (`X-Request-Id`), if it is fit for a log; else a new one. */
export function requestIdOf(given: string, newId: () => string): string {
  return SANE.test(given) ? given : newId()
}

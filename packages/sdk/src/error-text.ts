/** What was thrown, in words. Never throws itself: anything can be thrown, also what has no text. */
export function errorText(cause: unknown): string {
  try {
    return String(cause)
  } catch {
    return 'an error'
  }
}

/** What was thrown, in words. Never throws itself: anything can be thrown, also what has no text. */
export function errorText(cause: unknown): string {
  try {
    return String(cause)
  } catch {
    // Its own conversion to text failed; the kind is all that can be said.
    return `a thrown ${typeof cause} without text`
  }
}

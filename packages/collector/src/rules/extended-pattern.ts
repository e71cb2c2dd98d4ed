/** White space and comments outside classes, and what must stay as it is. */
const TOKEN = /(\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*\]?)|\s+|#.*/g

/** A pattern of option `x` as one without it. */
export function withoutSpaceAndComments(pattern: string): string {
  return pattern.replace(TOKEN, (_all, kept: string | undefined) => kept ?? '')
}

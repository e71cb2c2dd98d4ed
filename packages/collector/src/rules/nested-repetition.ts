/** Tokens of a pattern that matter here; everything else is an atom. */
const TOKEN =
  /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*\]?|\((?:\?(?:P?<\w+>|[\w-]*:|[\w-]*\)))?|\)|[*+?]|\{\d+(,?)(\d*)\}|[^]/g

/**
 * Whether a group that repeats without end holds something that repeats without end: what brings a backtracking engine
 * to a stand-still, and never needs to be written so.
 */
export function repeatsRepetition(pattern: string): boolean {
  /** For each group that is open, and the pattern itself, whether it holds such a repetition. */
  const open = [false]
  let lastHolds = false
  for (const [token, comma, most] of pattern.matchAll(TOKEN)) {
    if (token === '*' || token === '+' || (comma === ',' && most === '')) {
      if (lastHolds) return true
      open[open.length - 1] = true
      continue
    }
    if (token === '?' || comma !== undefined) continue
    lastHolds = false
    if (token.startsWith('(') && !token.endsWith(')')) open.push(false)
    if (token === ')' && open.length > 1) {
      lastHolds = open.pop() as boolean
      if (lastHolds) open[open.length - 1] = true
    }
  }
  return false
}

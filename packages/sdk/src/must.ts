/**
 * Throws `rule` unless `isSo`: it says to the author of the call what must be so. A text and no `Error`, since it goes no
 * farther than the tracker's own gate, which tells it as it is.
 */
export function must(isSo: unknown, rule: string): asserts isSo {
  // oxlint-disable-next-line typescript/only-throw-error
  if (!isSo) throw rule
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

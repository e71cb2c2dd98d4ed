/** Throws unless `isSo`: `rule` says to the author of the call what must be so. */
export function must(isSo: boolean, rule: string): void {
  if (!isSo) throw new TypeError(rule)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

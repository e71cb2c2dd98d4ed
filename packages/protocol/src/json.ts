/** Any value that JSON can hold (RFC 8259). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object: what `metadata` is on the wire. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/**
 * Whether a parsed value holds a number beyond the range of doubles, such as `1e999`: it reads as infinite, and would be
 * written as `null`.
 */
export function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity)
}

/** Any value that JSON can hold (RFC 8259). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/** A JSON object: what `metadata` is on the wire. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

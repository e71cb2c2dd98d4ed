/** `unavailable`: the store can't answer now, the same request may work later. `unusable`: it can't be opened as it is. */
export type StoreErrorKind = 'unavailable' | 'unusable'

/** The only error that leaves an adapter; what the database said is its `cause`. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly kind: StoreErrorKind

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

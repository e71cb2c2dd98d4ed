import type { ErrorCode } from '@truecount/protocol'

/** What a request is refused with, in words for its sender. */
export interface Refusal {
  readonly ok: false
  readonly error: ErrorCode
  readonly message: string
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | Refusal

export function refuse(error: ErrorCode, message: string): Refusal {
  return { ok: false, error, message }
}

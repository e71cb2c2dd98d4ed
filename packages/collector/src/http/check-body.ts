import { type Struct, validate } from 'superstruct'
import { type Outcome, refuse } from './outcome.ts'

/** Checks a management body against its schema; the refusal names the place of the first thing that is wrong. */
export function checkBody<T>(value: unknown, schema: Struct<T>): Outcome<T> {
  const [failure, checked] = validate(value, schema)
  if (failure === undefined) return { ok: true, value: checked }
  const place = failure.path.length === 0 ? 'The body' : failure.path.join('.')
  return refuse('invalid_request', `${place}: ${(failure.failures()[0] ?? failure).message}`)
}

/** Largest body of a management route, in bytes. */
export const MAX_MANAGEMENT_BODY_BYTES = 64 * 1024

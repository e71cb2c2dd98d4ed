import { type Failure, type Struct, validate } from 'superstruct'
import { type Outcome, refuse } from './outcome.ts'

/** Checks a management body against its schema; the refusal names the place of the first thing that is wrong. */
export function checkBody<T>(value: unknown, schema: Struct<T>): Outcome<T> {
  try {
    const [failure, checked] = validate(value, schema)
    if (failure === undefined) return { ok: true, value: checked }
    const place = failure.path.length === 0 ? 'The body' : failure.path.join('.')
    return refuse('invalid_request', `${place}: ${messageOf(failure.failures()[0] ?? failure)}`)
  } catch (error) {
    if (isQuotable(value)) throw error
    return refuse(
      'invalid_request',
      'The body: nested too deeply, or an object or array stands where a simple value must',
    )
  }
}

const MAX_QUOTED_CHARACTERS = 100

/** superstruct quotes an array as its members without brackets, and an object not at all. */
function messageOf({ message, value }: Pick<Failure, 'message' | 'value'>): string {
  const [expected = '', received] = message.split(', but received: ', 2)
  if (received === undefined) return message
  const quoted = value === undefined ? 'nothing' : JSON.stringify(value)
  const shown = quoted.length > MAX_QUOTED_CHARACTERS ? `${quoted.slice(0, MAX_QUOTED_CHARACTERS)}…` : quoted
  return `${expected}, but received: ${shown}`
}

/** superstruct quotes what it refuses, which fails for what is nested deeply or has a `toString` of its own. */
function isQuotable(value: unknown): boolean {
  try {
    JSON.stringify(value, (_name, part: unknown) => (String(part), part))
    return true
  } catch {
    return false
  }
}

/** Largest body of a management route, in bytes. */
export const MAX_MANAGEMENT_BODY_BYTES = 64 * 1024

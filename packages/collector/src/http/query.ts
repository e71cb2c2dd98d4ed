import type { Exchange } from './exchange.ts'
import { type Outcome, refuse } from './outcome.ts'

/** Reads the named parameters of the query. A parameter given twice is refused, one not named here is ignored. */
export function readQuery<Name extends string>(
  exchange: Exchange,
  names: readonly Name[],
): Outcome<Readonly<Partial<Record<Name, string>>>> {
  const value: Partial<Record<Name, string>> = {}
  if (exchange.querystring === '') return { ok: true, value }
  const search = new URLSearchParams(exchange.querystring)
  for (const name of names) {
    const given = search.getAll(name)
    if (given.length > 1) return refuse('invalid_request', `${name} must be given once, got it ${given.length} times`)
    if (given[0] !== undefined) value[name] = given[0]
  }
  return { ok: true, value }
}

/** Reads how many are wanted, from 1 to `most`. */
export function readLimit(text: string | undefined, initial: number, most: number): Outcome<number> {
  if (text === undefined) return { ok: true, value: initial }
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return { ok: true, value }
  return refuse('invalid_request', `limit must be a whole number from 1 to ${most}, got ${text}`)
}

import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { AddressPolicy } from './webhook-address.ts'

/** All addresses of a name, now. Rejects where there is none. */
export type ResolveName = (hostname: string) => Promise<readonly LookupAddress[]>

export type Vetted =
  | { readonly ok: true; readonly addresses: readonly LookupAddress[] }
  | { readonly ok: false; readonly error: string }

/** The addresses of a host, if each of them may be connected to: one that may not condemns the name. */
export async function vetHost(host: string, policy: AddressPolicy, resolveName: ResolveName): Promise<Vetted> {
  const family = isIP(host)
  const addresses = family === 0 ? await resolveName(host) : [{ address: host, family }]
  const problem = addresses.map(({ address }) => policy.problemOf(address)).find((text) => text !== undefined)
  return problem === undefined ? { ok: true, addresses } : { ok: false, error: problem }
}

/** Answers every look-up with addresses that were vetted, so that the connection goes to one of them and nowhere else. */
export function pinnedLookup(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const wanted = addresses.filter(({ family }) => !options.family || options.family === family)
    const [first] = wanted
    if (first === undefined) return callback(new Error('No address of the family asked for'), '')
    if (options.all) return callback(null, [...wanted])
    callback(null, first.address, first.family)
  }
}

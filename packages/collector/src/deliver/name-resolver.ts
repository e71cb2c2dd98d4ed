import type { LookupAddress } from 'node:dns'
import type { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { ResolveName } from './vetted-lookup.ts'

/** What a machine knows of names. */
export interface NameSources {
  /** Text of the hosts file, as it is now; empty where there is none. */
  readonly readHosts: () => string
  /** Asks the DNS servers that the machine has now. */
  readonly newResolver: () => Pick<Resolver, 'resolve4' | 'resolve6'>
  /** Asks as other programs of the machine do, search domains and all. */
  readonly lookup: ResolveName
}

/** DNS answered, and does not know the name as it stands; or there is no DNS here. */
const UNKNOWN = ['ENOTFOUND', 'ENODATA', 'ECONNREFUSED']

/**
 * Finds names in the hosts file, else by DNS, else as other programs do it. The last takes ten seconds and more for a name
 * whose servers are dead, and two such look-ups at most are under way in a process: a handful of dead names would hold up
 * all others. So it is asked only where DNS has answered and does not know the name. DNS is asked of any number at a time.
 */
export function createNameResolver({ readHosts, newResolver, lookup }: NameSources): ResolveName {
  return async (hostname) => {
    const own = addressesIn(readHosts(), hostname)
    if (own.length > 0) return own
    const resolver = newResolver()
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value.map(withFamily) : []))
    if (addresses.length > 0) return addresses
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Failure] : []))
    const silent = failures.find(({ code }) => !UNKNOWN.includes(code))
    if (silent !== undefined) throw silent
    return lookup(hostname)
  }
}

type Failure = Error & { readonly code: string }

function withFamily(address: string): LookupAddress {
  return { address, family: isIP(address) }
}

/** What a hosts file (hosts(5)) has for a name. */
function addressesIn(hosts: string, hostname: string): readonly LookupAddress[] {
  const wanted = hostname.replace(/\.$/, '').toLowerCase()
  return hosts.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    return isIP(address) !== 0 && names.some((name) => name.toLowerCase() === wanted) ? [withFamily(address)] : []
  })
}

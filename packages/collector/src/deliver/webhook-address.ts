import { BlockList, isIP } from 'node:net'

/** Addresses of the machine itself and of its link (where clouds keep their metadata service). */
const OWN = new BlockList()
OWN.addSubnet('0.0.0.0', 8)
OWN.addSubnet('127.0.0.0', 8)
OWN.addSubnet('169.254.0.0', 16)
OWN.addAddress('::', 'ipv6')
OWN.addAddress('::1', 'ipv6')
OWN.addSubnet('fe80::', 10, 'ipv6')

/** Whether an IP address is one that a webhook must not reach while strangers can reach the collector. */
export function isOwnAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && OWN.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** A URL's host without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** What is wrong with a webhook's URL; a name is looked up again, and its address checked, at every delivery. */
export function webhookUrlProblem(text: string, allowOwnAddresses: boolean): string | undefined {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'must be an http or https URL'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  const host = hostOf(url)
  if (!allowOwnAddresses && (host === 'localhost' || host.endsWith('.localhost') || isOwnAddress(host))) {
    return 'must not be an address of the collector itself while it listens on more than loopback'
  }
  return undefined
}

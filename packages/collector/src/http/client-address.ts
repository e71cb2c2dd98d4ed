import { BlockList, isIP } from 'node:net'

/** Whether a connection comes from a proxy whose `X-Forwarded-For` is to be believed. */
export type IsTrusted = (address: string) => boolean

/**
 * Reads a list of IP addresses and subnets (`10.0.0.0/8`).
 * Returns the first entry that is neither as `problem`.
 */
export function readTrustedProxies(
  entries: readonly string[],
): { readonly isTrusted: IsTrusted } | { problem: string } {
  const trusted = new BlockList()
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (family === 0 || !(prefix <= most) || more.length > 0) return { problem: entry }
    trusted.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
  return { isTrusted: (address) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') }
}

/**
 * Who sent a request: the connection's other end or, where that is a trusted proxy, the last address in
 * `X-Forwarded-For` that is none. Whatever stands before it is the sender's own claim.
 */
export function clientAddress(remoteAddress: string, forwardedFor: string, isTrusted: IsTrusted): string {
  const claimed = forwardedFor.split(',').map((part) => part.trim())
  let address = remoteAddress
  while (isTrusted(address)) {
    const before = claimed.pop()
    if (before === undefined || isIP(before) === 0) return address
    address = before
  }
  return address
}

import { BlockList, isIP } from 'node:net'

/** IP addresses and subnets of both families. An IPv4 subnet holds the IPv4-mapped IPv6 addresses of its own too. */
export interface AddressList {
  /** `false` for what is no IP address. */
  has(address: string): boolean
}

/**
 * Reads a list of IP addresses and subnets (`10.0.0.0/8`).
 * Returns the first entry that is neither as `problem`.
 */
export function readAddressList(entries: readonly string[]): { readonly list: AddressList } | { problem: string } {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    if (family === 0 || !(prefix <= most) || more.length > 0) return { problem: entry }
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  }
  return {
    list: { has: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') },
  }
}

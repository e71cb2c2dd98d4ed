import { isIP } from 'node:net'

/** Whether a connection comes from a proxy whose `X-Forwarded-For` is to be believed. */
export type IsTrusted = (address: string) => boolean

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

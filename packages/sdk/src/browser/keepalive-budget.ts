/**
 * Browsers refuse `keepalive` requests beyond 64 KiB of bodies in flight, all of the page's together
 * (Fetch standard, "HTTP-network-or-cache fetch"), and Chromium beyond 9 at once. A little is left to the host page.
 */
const MAX_BYTES = 60_000
const MAX_REQUESTS = 9

/** What all trackers of a page may have in flight as keepalive requests. One per page, shared. */
export interface KeepaliveBudget {
  /** Bytes that one more request may have; 0 when no further request may start. */
  available(): number
  /** Reserves room; returns how to give it back, or `undefined` if there is none. */
  reserve(bytes: number): (() => void) | undefined
}

export function createKeepaliveBudget(): KeepaliveBudget {
  let bytesInFlight = 0
  let requests = 0
  const available = () => (requests < MAX_REQUESTS ? MAX_BYTES - bytesInFlight : 0)
  return {
    available,
    reserve(bytes) {
      if (bytes > available()) return undefined
      bytesInFlight += bytes
      requests++
      return () => {
        bytesInFlight -= bytes
        requests--
      }
    },
  }
}

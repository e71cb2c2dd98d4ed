import { hashApiKey } from '../id/api-key.ts'

/** The hash of the API key that came over a connection. */
export type HashKey = (connection: object, key: string) => string

/**
 * Hashes API keys, and remembers each connection's last: what comes over one mostly bears the same. No key is remembered longer than
 * its connection is there, nor compared with what another one sends.
 */
export function createKeyHasher(): HashKey {
  const lastOf = new WeakMap<object, { readonly key: string; readonly hash: string }>()
  return (connection, key) => {
    const last = lastOf.get(connection)
    if (last?.key === key) return last.hash
    const hash = hashApiKey(key)
    lastOf.set(connection, { key, hash })
    return hash
  }
}

import type { Database } from 'better-sqlite3'

/** How long a process that died may keep others from sealing. */
const LEASE_MS = 30_000

/** Who may seal and reclaim: one process at a time. */
export interface SealLease {
  /** Whether this process has it now. */
  take(): boolean
  /** To be called inside every transaction that needs it: renews it. `false`: it was lost, and the transaction is to do nothing. */
  renew(): boolean
  release(): void
}

/**
 * `name` is like no other that uses the file; `now` is milliseconds since 1970. A lease that ends later than any can was taken before the
 * clock was set back; `now` may be older than another's, by as long as a transaction waited.
 */
export function createSealLease(db: Database, name: string, now: () => number): SealLease {
  const take = db.prepare<[{ name: string; until: number; now: number }]>(
    `UPDATE storage SET sealer = @name, sealer_until = @until
     WHERE sealer IN ('', @name) OR sealer_until < @now OR sealer_until > @until + ${LEASE_MS}`,
  )
  const renew = db.prepare<[number, string]>('UPDATE storage SET sealer_until = ? WHERE sealer = ?')
  const release = db.prepare<[string]>(`UPDATE storage SET sealer = '' WHERE sealer = ?`)
  return {
    take: () => take.run({ name, until: now() + LEASE_MS, now: now() }).changes === 1,
    renew: () => renew.run(now() + LEASE_MS, name).changes === 1,
    release: () => void release.run(name),
  }
}

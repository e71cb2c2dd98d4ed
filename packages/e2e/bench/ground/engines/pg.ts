import { loadEnginePackage } from './engine-package.ts'

/** What is used of the npm package `pg`. */
export interface PgPool {
  query(query: { readonly text: string; readonly values?: readonly unknown[]; readonly rowMode?: 'array' }): Promise<{
    readonly rows: readonly unknown[]
  }>
  end(): Promise<void>
}

export interface PgAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** A pool as `pg` makes it by itself: at most 10 connections. */
export async function openPgPool(address: PgAddress): Promise<PgPool> {
  const { Pool } = (await loadEnginePackage('pg')) as { Pool: new (options: PgAddress) => PgPool }
  return new Pool(address)
}

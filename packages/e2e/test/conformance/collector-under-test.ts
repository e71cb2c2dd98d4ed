/** Keys of one project: a publishable one may ingest, a secret one may do everything. */
export interface KeyPair {
  readonly secretKey: string
  readonly publishableKey: string
}

/** The collector that is judged: its address, and keys to it. */
export interface CollectorUnderTest extends KeyPair {
  /** Origin, without a path. */
  readonly url: string
  /** The keys of the pair above are of this project. `undefined` where the caller did not tell. */
  readonly projectId: string | undefined
  /** Keys of the same project with the documented rate limits; those above have none. */
  readonly limited: KeyPair | undefined
  /** A second project of the same collector. */
  readonly other: { readonly secretKey: string; readonly projectId: string | undefined } | undefined
  /** The SQLite file of a collector that was started for these tests. */
  readonly dbPath: string | undefined
}

declare module 'vitest' {
  // What the global set-up provides.
  interface ProvidedContext {
    collector: CollectorUnderTest
  }
}

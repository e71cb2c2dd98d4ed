import type { RowBytes } from './row-bytes.ts'

/**
 * Events in columns, in any order: what a block holds, and what segments are made of. Places count from the begin of
 * their list; place 0 of users and pages is '' and stands for none.
 */
export interface BlockRows {
  readonly length: number
  /** Ascending. */
  readonly numbers: Float64Array
  readonly times: Float64Array
  readonly received: Float64Array
  /** NaN where the time was not corrected; left out where none was. */
  readonly originals: Float64Array | undefined
  readonly projects: Uint32Array
  readonly names: Texts
  readonly users: Texts
  /** JSON texts. */
  readonly pages: Texts
  /** Rows of lanes and numbers in them; 0 outside a lane. */
  readonly lanes: Uint32Array
  readonly seqs: Float64Array
  /** As `readClaim` reads them; of no length in a lane. */
  readonly claims: RowBytes
  /** UTF-8. */
  readonly metadata: RowBytes
}

export interface Texts {
  readonly texts: readonly string[]
  readonly places: Uint32Array
}

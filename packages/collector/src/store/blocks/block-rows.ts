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
  /** By row; `undefined` in a lane. */
  readonly claims: readonly (Claim | undefined)[]
  /** UTF-8 of a row's metadata. */
  metadata(row: number): Uint8Array
}

export interface Texts {
  readonly texts: readonly string[]
  readonly places: Uint32Array
}

/** What tells an event outside a lane from others. */
export interface Claim {
  /** 16 bytes. */
  readonly eventId: Uint8Array
  /** Empty where it has no key. */
  readonly key: string
}

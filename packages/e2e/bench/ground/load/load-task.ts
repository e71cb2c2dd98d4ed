import type { Dataset } from '../events/dataset.ts'

/** What is sent. Every request is new; keys are random texts of 26 characters, but for a fill's. */
export type Work =
  /** v1 batches of 100 events of now, without an end. */
  | { readonly kind: 'batches'; readonly users: number }
  /** v1 single events of now, without an end. */
  | { readonly kind: 'singles'; readonly users: number }
  /** Single events of the flat API, without an end. */
  | { readonly kind: 'flat'; readonly users: number }
  /** A part of a dataset as v1 batches of 100, `from` the first event, up to `to`, which is not in. */
  | { readonly kind: 'fill'; readonly dataset: Dataset; readonly from: number; readonly to: number }
  /** GET requests, one path after another, over and over. */
  | { readonly kind: 'gets'; readonly paths: readonly string[] }

export interface LoadTask {
  /** Of a server on this machine. */
  readonly url: string
  /** Sent as a bearer. */
  readonly secretKey?: string
  readonly work: Work
  readonly connections: number
  /** Requests are begun for so long, then those under way are waited for. A fill ends by itself, or is cut off then. */
  readonly seconds: number
  /**
   * Requests a second, at even distances, sent on time even if earlier ones are not answered; an answer's time is counted
   * from when its request was due. Without it every connection sends its next request as soon as it has an answer.
   */
  readonly perSecond?: number
}

export interface LoadResult {
  readonly requests: number
  /** From the first request to the last answer. */
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly longestMs: number
  /** Of the sending process, as a share of one core: near 1 the load itself was the limit. */
  readonly clientShare: number
  /** Bytes of all bodies sent. */
  readonly bodyBytes: number
  /** Seconds at which each tenth of a fill was answered. */
  readonly tenths: readonly number[]
}

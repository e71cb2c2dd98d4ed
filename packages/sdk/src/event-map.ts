/** Event names and the shape of their metadata: `createTracker<{ signup: { plan: string } }>(…)`. */
export type EventMap = Record<string, object | undefined>

/** The arguments of `track` after the name: metadata may be left out only where its shape allows that. */
export type TrackArguments<Metadata> = undefined extends Metadata
  ? [metadata?: Metadata, options?: TrackOptions]
  : [metadata: Metadata, options?: TrackOptions]

/** What one call may say beside name and metadata. */
export interface TrackOptions {
  /** Whose event it is. Default: the identified user; in a browser before that, the anonymous id. */
  readonly userId?: string
  /** When it happened: a `Date`, milliseconds since 1970 UTC, or ISO 8601. Default: now. */
  readonly timestamp?: Date | number | string
  /** The caller's own key: the same key twice in a project is one event. Default: made from the tracker's lane. */
  readonly idempotencyKey?: string
}

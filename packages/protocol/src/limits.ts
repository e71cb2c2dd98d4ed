/** Longest `event_name`, in Unicode code points. */
export const MAX_EVENT_NAME_CHARACTERS = 100

/** Largest `user_id`, and largest `idempotency_key`, in bytes of UTF-8 (1 KB). */
export const MAX_IDENTIFIER_BYTES = 1024

/** Largest `metadata`, in bytes of its UTF-8 JSON (10 KB). */
export const MAX_METADATA_BYTES = 10 * 1024

/** Deepest `metadata`, itself counted: as deep as SQLite's JSON, and far from what any engine's stack bears. */
export const MAX_METADATA_DEPTH = 1000

/** Most events in one batch of the v1 API. */
export const MAX_BATCH_EVENTS = 100

/** Largest request body of an ingest route, in bytes after decompression (1 MB). */
export const MAX_BODY_BYTES = 1024 * 1024

/** Events that one API key may send in a minute, unless its own limit says otherwise. */
export const DEFAULT_EVENTS_PER_MINUTE = 1000

/** Analytics requests that one API key may make in a minute, unless its own limit says otherwise. */
export const DEFAULT_ANALYTICS_REQUESTS_PER_MINUTE = 10

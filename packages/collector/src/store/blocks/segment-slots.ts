/** Which part of a segment holds what: docs/storage.md, Segment. */
export const SLOT = { directory: 0, times: 1, users: 2, pages: 3, numbers: 4, timeGroups: 5, content: 16 } as const

/** Rows whose content is one part. */
export const CONTENT_ROWS = 128

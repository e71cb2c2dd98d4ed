/** What the columns of a block are, and in which order they lie: docs/storage.md, Block. */
export const BLOCK_VERSION = 1
export const NUMBERS_LISTED = 1
export const ORIGINALS_LISTED = 2
export const HEAD_BYTES = 16
export const EVENT_ID_BYTES = 16
export const LINE_FEED = 10

/**
 * `delivery.event_number`: the last event number of the commit that enqueued it; 0 before there was this column. Rows of `delivery` are
 * numbered anew when the last ones are deleted: what an erasure takes along is told by the numbers of events, which never are.
 * `storage.swept`: the erasures by time up to this id have left no texts of users without events.
 */
export const WHAT_DELETION_LEAVES = `
ALTER TABLE delivery ADD COLUMN event_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE storage ADD COLUMN swept INTEGER NOT NULL DEFAULT 0;
`

/**
 * The last event number of the commit that enqueued a delivery; 0 before there was this column. Rows of `delivery` are numbered anew when
 * the last ones are deleted: what an erasure takes along is told by the numbers of events, which never are.
 */
export const DELIVERIES_BY_NUMBER = `
ALTER TABLE delivery ADD COLUMN event_number INTEGER NOT NULL DEFAULT 0;
`

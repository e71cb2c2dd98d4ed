/** Ingest that a collector can keep up with, so that an answer's time is its own: 5,000 events/s, sent on time. */
export const STEADY_LOAD = { work: { kind: 'batches', users: 1_000 }, connections: 16, perSecond: 50 } as const

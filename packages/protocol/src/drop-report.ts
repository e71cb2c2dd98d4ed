/** Name of the event by which an SDK tells what it gave up. Not in counts unless asked for by name. */
export const DROPPED_EVENT_NAME = '$dropped'

/** Why an SDK gave an event up. The list is closed: a new reason is a new line here. */
export const DROP_REASONS = [
  'invalid_event',
  'queue_full',
  'storage_failed',
  'before_send',
  'too_large',
  'refused',
  'opted_out',
  'shut_down',
] as const

export type DropReason = (typeof DROP_REASONS)[number]

/** `metadata` of a {@link DROPPED_EVENT_NAME} event: how many of this lane's events were given up since the last report. */
export interface DropReport {
  readonly reasons: Readonly<Partial<Record<DropReason, number>>>
  /**
   * The last number that the lane had given out when the report was written: what was given up after the last event that
   * arrives is known by it.
   */
  readonly last?: number
}

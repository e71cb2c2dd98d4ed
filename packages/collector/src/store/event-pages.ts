/** An event with its number: positive, and larger than that of every event stored before it. */
export interface NumberedEvent {
  readonly id: number
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  /** JSON text, as it is kept. */
  readonly metadata: string
}

/** Some of a list, and how many the whole list has at the same instant. */
export interface EventPage {
  readonly events: readonly NumberedEvent[]
  readonly total: number
}

/** Lists of a project's events by (timestamp, id), newest first, without the SDK's own drop reports. */
export interface EventPages {
  /** `offset` events are skipped; skipping many costs little more than skipping none. */
  page(projectId: string, offset: number, limit: number): Promise<EventPage>
  ofUser(projectId: string, userId: string, limit: number): Promise<EventPage>
}

/** Which events to count. Instants are milliseconds since 1970, both ends are in; no end is no bound. */
export interface StatsSelection {
  readonly projectId: string
  /** All events if left out, except the SDK's own drop reports. */
  readonly eventName?: string
  readonly fromMs?: number
  readonly toMs?: number
}

export interface PageCount {
  readonly page: string
  readonly events: number
}

export interface Stats {
  readonly events: number
  /** Distinct users among them; events without a user are not counted. */
  readonly uniqueUsers: number
  /** By `metadata.page` where that is a text: most events first, ties by name, bytewise. */
  readonly topPages: readonly PageCount[]
}

/** Exact figures, all of one instant. */
export interface EventStats {
  stats(selection: StatsSelection, mostPages: number): Promise<Stats>
}

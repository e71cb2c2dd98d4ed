import type { FaultScript } from '@truecount/testkit'

/** One ingest request that reached the server side, whatever became of it. */
export interface Arrival {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly outcome: string
}

/** What the server side has, when all is over. */
export interface ServerBooks {
  /** Stored events of the name that scenarios count, repeats recognised as such not among them. */
  readonly rows: number
  /** Of these: different users, which is different events. */
  readonly distinct: number
  /** What SDKs said that they gave up. */
  readonly dropsTold: Readonly<Record<string, number>>
  /** The collector's own sum, where it keeps one. */
  readonly ledger: Ledger | undefined
}

/** `GET /api/v1/analytics/delivery`, and the number of drop reports that it holds. */
export interface Ledger {
  readonly captured: number
  readonly stored: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
  readonly reports: number
}

/** A collector with a network before it that does what a script says. */
export interface Backend {
  readonly endpoint: string
  readonly key: string
  readonly arrivals: readonly Arrival[]
  setFaults(faults: FaultScript): void
  goDown(): Promise<void>
  comeBack(): Promise<void>
  readBooks(): Promise<ServerBooks>
  stop(): Promise<void>
}

export type StartBackend = (faults: FaultScript, folder: string) => Promise<Backend>

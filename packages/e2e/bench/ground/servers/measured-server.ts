/** A server in a process of its own, on loopback. */
export interface MeasuredServer {
  readonly url: string
  /** Processor time that it has taken so far. Linux only. */
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

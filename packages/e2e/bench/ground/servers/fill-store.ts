import type { Dataset } from '../events/dataset.ts'
import type { LoadResult } from '../load/load-task.ts'
import { runLoad } from '../load/run-load.ts'
import { startMeasuredCollector } from './measured-collector.ts'

const CONNECTIONS = 16
const BATCH_EVENTS = 100

export interface FillWish {
  readonly dataset: Dataset
  readonly dbPath: string
  /** As in a collector's wish. */
  readonly command?: string
  /** Seconds after which what is stored has to do. */
  readonly limitSeconds: number
  /** Events that are there already (default: 0), and the key that they were sent with. */
  readonly from?: number
  readonly secretKey?: string
  /** The place after the last event that is sent (default: all). */
  readonly to?: number
}

/** A database with a dataset in it; no collector runs on it. */
export interface FilledStore {
  readonly dbPath: string
  readonly secretKey: string
  readonly events: number
  readonly load: LoadResult
  /** The most memory that the collector had meanwhile, in MB. */
  readonly peakMb: number
}

/** Sends a dataset to a collector on a file, over HTTP, and stops it. */
export async function fillStore({ dataset, limitSeconds, ...wish }: FillWish): Promise<FilledStore> {
  const { from = 0, to = dataset.events, ...collectorWish } = wish
  const collector = await startMeasuredCollector(collectorWish)
  try {
    const { url, secretKey } = collector
    const work = { kind: 'fill', dataset, from, to } as const
    const load = await runLoad({ url, secretKey, work, connections: CONNECTIONS, seconds: limitSeconds })
    const events = Math.min(to, from + load.requests * BATCH_EVENTS)
    return { dbPath: wish.dbPath, secretKey, events, load, peakMb: await collector.peakMb() }
  } finally {
    await collector.stop()
  }
}

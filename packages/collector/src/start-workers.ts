import { startDeliveryWorker } from './deliver/delivery-worker.ts'
import type { PostWebhook } from './deliver/post-webhook.ts'
import { describeError } from './describe-error.ts'
import type { ErasureParts } from './erase/erase-in-pieces.ts'
import { startRetentionWorker } from './erase/retention-worker.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Store } from './store/store.ts'

export interface WorkersParts {
  readonly store: Store
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
  readonly post: PostWebhook
  readonly erasure: ErasureParts
}

/** What a collector does besides answering. */
export interface Workers {
  /** A delivery is due now. */
  wake(): void
  /** Starts nothing new and resolves when all is still. */
  stop(): Promise<void>
}

/** Begins to deliver, and to forget what is older than its project keeps events. */
export function startWorkers({ store, log, metrics, now, post, erasure }: WorkersParts): Workers {
  const delivery = startDeliveryWorker({
    outbox: store.outbox,
    post,
    now,
    onAttempt: metrics.attempted,
    onError: (error) => log('error', 'delivery', { error: describeError(error) }),
  })
  const retention = startRetentionWorker({
    ...erasure,
    retention: store.retention,
    now,
    every: repeat,
    onErased: (projectId, events) => log('info', 'retention', { project_id: projectId, deleted: events }),
    onError: (error) => log('error', 'retention', { error: describeError(error) }),
  })
  return { wake: delivery.wake, stop: async () => void (await Promise.all([delivery.stop(), retention.stop()])) }
}

function repeat(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs)
  return () => clearInterval(timer)
}

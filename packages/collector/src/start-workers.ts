import { setImmediate as afterTurn } from 'node:timers/promises'
import { type DeliveryPruner, startDeliveryPruner } from './deliver/delivery-pruner.ts'
import { type DeliveryWorker, startDeliveryWorker } from './deliver/delivery-worker.ts'
import type { PostWebhook } from './deliver/post-webhook.ts'
import { describeError } from './describe-error.ts'
import { startJanitor } from './erase/janitor.ts'
import { startRetentionWorker } from './erase/retention-worker.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Eraser } from './store/eraser.ts'
import type { Store } from './store/store.ts'

export interface WorkersParts {
  readonly store: Store
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly post: PostWebhook
  readonly eraser: Eraser
  /** Between two pieces of long work: lets others write. */
  readonly pause: () => Promise<void>
  /** How long deliveries are kept after they ended; `null` for ever. */
  readonly deliveriesKeptMs: number | null
  /** Told when a webhook was switched off, after which nothing is to be enqueued for it. */
  readonly onDisabled: () => Promise<void>
}

/** What a collector does besides answering. */
export interface Workers {
  /** A delivery is due now. */
  wake(): void
  /** Something was deleted, and is still in the file. */
  reclaim(): void
  /** Deliveries that are being attempted. */
  inFlight(): number
  /** Starts nothing new and resolves when all is still. */
  stop(): Promise<void>
}

/** Begins to deliver, and to forget what is older than it is kept. */
export function startWorkers(parts: WorkersParts): Workers {
  const { store, log, eraser, pause, deliveriesKeptMs, now } = parts
  const delivery = startDelivery(parts)
  const retention = startRetentionWorker({
    eraser,
    retention: store.retention,
    now,
    every: repeat,
    onErased: (projectId, events) => log('info', 'retention', { project_id: projectId, deleted: events }),
    onError: (error) => log('error', 'retention', { error: describeError(error) }),
  })
  const pruner = deliveriesKeptMs === null ? undefined : startPruner({ ...parts, keptMs: deliveriesKeptMs })
  const onReclaimError = (error: unknown) => log('error', 'reclaim', { error: describeError(error) })
  const janitor = startJanitor({ eraser, pause, every: repeat, onError: onReclaimError })
  return {
    wake: delivery.wake,
    reclaim: janitor.wake,
    inFlight: delivery.inFlight,
    stop: async () => void (await Promise.all([delivery.stop(), retention.stop(), pruner?.stop(), janitor.stop()])),
  }
}

function startDelivery({ store, log, metrics, now, random, post, onDisabled }: WorkersParts): DeliveryWorker {
  const onError = (error: unknown) => log('error', 'delivery', { error: describeError(error) })
  return startDeliveryWorker({
    outbox: store.outbox,
    post,
    now,
    random,
    afterTurn,
    onAttempt({ webhookId }, { next, disable }, durationMs) {
      metrics.attempted(next.state, durationMs)
      if (disable === null) return
      metrics.webhookDisabled()
      log('warn', 'webhook disabled', { webhook_id: webhookId, reason: disable })
      onDisabled().catch(onError)
    },
    onError,
  })
}

type PrunerWishes = Pick<WorkersParts, 'store' | 'log' | 'now' | 'pause'> & { keptMs: number }

function startPruner({ store, log, now, keptMs, pause }: PrunerWishes): DeliveryPruner {
  return startDeliveryPruner({
    deliveryLog: store.deliveryLog,
    keptMs,
    now,
    pause,
    every: repeat,
    onPruned: (deliveries) => log('info', 'deliveries pruned', { deliveries }),
    onError: (error) => log('error', 'deliveries pruned', { error: describeError(error) }),
  })
}

function repeat(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs)
  return () => clearInterval(timer)
}

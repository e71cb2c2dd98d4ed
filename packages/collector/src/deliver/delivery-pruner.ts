import type { DeliveryLog } from '../store/delivery-log.ts'

/** How often the collector looks for deliveries that are over and older than they are kept. */
const EVERY_MS = 10 * 60_000

export interface DeliveryPrunerParts {
  readonly deliveryLog: DeliveryLog
  /** How long a delivery is kept after it ended. */
  readonly keptMs: number
  readonly now: () => number
  /** Between two pieces: lets others write. */
  readonly pause: () => Promise<void>
  /** Calls a function again and again; returns what ends it. */
  readonly every: (intervalMs: number, run: () => void) => () => void
  readonly onPruned: (deliveries: number) => void
  readonly onError: (error: unknown) => void
}

export interface DeliveryPruner {
  /** Resolves when the piece under way is done, and nothing follows. */
  stop(): Promise<void>
}

/** Deletes what was delivered, given up or cancelled long ago: now, and from time to time. */
export function startDeliveryPruner(parts: DeliveryPrunerParts): DeliveryPruner {
  const stopping = new AbortController()
  let pass: Promise<void> | undefined
  const begin = () => {
    pass ??= prunePast(parts, stopping.signal)
      .catch(parts.onError)
      .finally(() => (pass = undefined))
  }
  const cancel = parts.every(EVERY_MS, begin)
  begin()
  return {
    async stop() {
      cancel()
      stopping.abort()
      await pass
    },
  }
}

async function prunePast(parts: DeliveryPrunerParts, stopping: AbortSignal): Promise<void> {
  let deliveries = 0
  while (!stopping.aborted) {
    const piece = await parts.deliveryLog.prune(parts.now() - parts.keptMs)
    if (piece === 0) break
    deliveries += piece
    await parts.pause()
  }
  if (deliveries > 0) parts.onPruned(deliveries)
}

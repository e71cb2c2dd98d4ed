import type { ClaimedDelivery, Judgement, Outbox } from '../store/outbox.ts'
import { ATTEMPT_TIMEOUT_MS, type AttemptParts, attemptOnce } from './attempt.ts'
import { judgeAttempt } from './judge-attempt.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { shareSlots, type SlotLimits } from './share-slots.ts'
import { createSlotCount } from './slot-count.ts'

/** Longer than an attempt, so that no delivery is attempted twice at a time. */
const LEASE_MS = ATTEMPT_TIMEOUT_MS + 5_000

const POLL_MS = 1_000

/** Attempts under way at a time. */
export const SLOTS: SlotLimits = { total: 256, failing: 128, perWebhook: 8 }

/** Told of each attempt that was recorded, with what followed from it. */
export type OnAttempt = (claimed: ClaimedDelivery, judgement: Judgement, durationMs: number) => void

export interface DeliveryWorkerParts extends AttemptParts {
  readonly outbox: Outbox
  /** In [0, 1). */
  readonly random: () => number
  /** Resolves when all that arrived in this turn of the event loop has been seen. */
  readonly afterTurn: () => Promise<unknown>
  readonly onAttempt: OnAttempt
  /** Told what no other part will hear of; the worker goes on. */
  readonly onError: (error: unknown) => void
}

export interface DeliveryWorker {
  /** Something is due now: don't wait for the next look. */
  wake(): void
  /** Attempts under way. */
  inFlight(): number
  /** Starts nothing new, cuts what is under way (its lease ends, and it is attempted again) and resolves when all is still. */
  stop(): Promise<void>
}

/** Attempts what is due in the outbox, many at a time but few at one webhook, and records what came of it. */
export function startDeliveryWorker(parts: DeliveryWorkerParts): DeliveryWorker {
  const stopping = new AbortController()
  const slots = createSlotCount()
  const attempts = new Set<Promise<void>>()
  const { wake, idle } = createOneAtATime(() => look().catch(parts.onError))

  async function look(): Promise<void> {
    await parts.afterTurn()
    const taken = slots.taken()
    if (stopping.signal.aborted || taken.total >= SLOTS.total) return
    const due = await parts.outbox.due(parts.now(), SLOTS.perWebhook)
    const shares = shareSlots(due, taken, SLOTS)
    if (shares.length === 0) return
    const failing = new Set(due.filter((webhook) => webhook.failing).map(({ webhookId }) => webhookId))
    for (const claimed of await parts.outbox.claim(shares, parts.now(), LEASE_MS)) {
      begin(claimed, failing.has(claimed.webhookId))
    }
  }

  function begin(claimed: ClaimedDelivery, failing: boolean): void {
    const free = slots.take(claimed.webhookId, failing)
    const attempt = attemptDelivery(parts, claimed, stopping.signal)
      .catch(parts.onError)
      .finally(() => {
        free()
        attempts.delete(attempt)
        wake()
      })
    attempts.add(attempt)
  }

  const poll = setInterval(wake, POLL_MS)
  wake()
  return {
    wake,
    inFlight: () => attempts.size,
    async stop() {
      clearInterval(poll)
      stopping.abort()
      await idle()
      await Promise.all(attempts)
    },
  }
}

async function attemptDelivery(
  parts: DeliveryWorkerParts,
  claimed: ClaimedDelivery,
  stopping: AbortSignal,
): Promise<void> {
  const { result, attempt } = await attemptOnce(parts, claimed, stopping)
  if (stopping.aborted && result.kind === 'unanswered') return
  const { startedAtMs, durationMs } = attempt
  const ended = { result, scheduled: claimed.scheduled, startedAtMs, endedAtMs: startedAtMs + durationMs }
  const judgement = await parts.outbox.settle(claimed, attempt, judgeAttempt({ ...ended, chance: parts.random() }))
  if (judgement !== undefined) parts.onAttempt(claimed, judgement, durationMs)
}

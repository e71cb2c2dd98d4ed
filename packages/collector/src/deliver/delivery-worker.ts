import type { ClaimedDelivery, Outbox } from '../store/outbox.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import { nextOf } from './retry-schedule.ts'
import { signDelivery } from './signature.ts'

/** Longest that one attempt may take, from look-up to status line. */
const ATTEMPT_TIMEOUT_MS = 15_000

/** Longer than an attempt, so that no delivery is attempted twice at a time. */
const LEASE_MS = ATTEMPT_TIMEOUT_MS + 5_000

const POLL_MS = 1_000
const MAX_IN_FLIGHT = 16

export interface DeliveryWorkerParts {
  readonly outbox: Outbox
  readonly post: PostWebhook
  readonly now: () => number
  /** Told what no other part will hear of; the worker goes on. */
  readonly onError: (error: unknown) => void
}

export interface DeliveryWorker {
  /** Something is due now: don't wait for the next look. */
  wake(): void
  /** Starts nothing new, cuts what is under way (its lease ends, and it is attempted again) and resolves when all is still. */
  stop(): Promise<void>
}

/** Attempts what is due in the outbox, some at a time, and records what came of it. */
export function startDeliveryWorker(parts: DeliveryWorkerParts): DeliveryWorker {
  const stopping = new AbortController()
  const inFlight = new Set<Promise<void>>()
  let looking: Promise<void> | undefined
  let lookAgain = false

  async function look(): Promise<void> {
    const room = MAX_IN_FLIGHT - inFlight.size
    if (room === 0) return
    for (const claimed of await parts.outbox.claim(room, parts.now(), LEASE_MS)) {
      const attempt = attemptDelivery(parts, claimed, stopping.signal)
        .catch(parts.onError)
        .finally(() => {
          inFlight.delete(attempt)
          wake()
        })
      inFlight.add(attempt)
    }
  }

  function wake(): void {
    lookAgain = looking !== undefined
    if (looking !== undefined || stopping.signal.aborted) return
    looking = look()
      .catch(parts.onError)
      .finally(() => {
        looking = undefined
        if (lookAgain) wake()
      })
  }

  const poll = setInterval(wake, POLL_MS)
  wake()
  return {
    wake,
    async stop() {
      clearInterval(poll)
      stopping.abort()
      await looking
      await Promise.all(inFlight)
    },
  }
}

async function attemptDelivery(
  { outbox, post, now }: DeliveryWorkerParts,
  claimed: ClaimedDelivery,
  stopping: AbortSignal,
): Promise<void> {
  const startedAtMs = now()
  const request = signDelivery(claimed.secret, claimed.deliveryId, claimed.document, startedAtMs)
  const result = await post(claimed.url, request, AbortSignal.any([stopping, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]))
  if (stopping.aborted && result.kind === 'unanswered') return
  const durationMs = now() - startedAtMs
  const attempt = { number: claimed.attempt, startedAtMs, durationMs, ...recordOf(result) }
  await outbox.settle(claimed, attempt, nextOf(result, claimed.attempt, startedAtMs + durationMs))
}

function recordOf(result: PostResult): { status: number | null; error: string | null } {
  return result.kind === 'answered' ? { status: result.status, error: null } : { status: null, error: result.error }
}

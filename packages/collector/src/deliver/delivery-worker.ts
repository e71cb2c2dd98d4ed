import type { ClaimedDelivery, DeliveryNext, Outbox } from '../store/outbox.ts'
import { ATTEMPT_TIMEOUT_MS, type AttemptParts, attemptOnce } from './attempt.ts'
import { nextOf } from './retry-schedule.ts'

/** Longer than an attempt, so that no delivery is attempted twice at a time. */
const LEASE_MS = ATTEMPT_TIMEOUT_MS + 5_000

const POLL_MS = 1_000
const MAX_IN_FLIGHT = 16

export interface DeliveryWorkerParts extends AttemptParts {
  readonly outbox: Outbox
  /** Told of every attempt where its delivery goes now. */
  readonly onAttempt: (next: DeliveryNext['state'], durationMs: number) => void
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
  { outbox, onAttempt, ...parts }: DeliveryWorkerParts,
  claimed: ClaimedDelivery,
  stopping: AbortSignal,
): Promise<void> {
  const { result, attempt } = await attemptOnce(parts, claimed, stopping)
  if (stopping.aborted && result.kind === 'unanswered') return
  const next = nextOf(result, claimed.attempt, attempt.startedAtMs + attempt.durationMs)
  onAttempt(next.state, attempt.durationMs)
  await outbox.settle(claimed, attempt, next)
}

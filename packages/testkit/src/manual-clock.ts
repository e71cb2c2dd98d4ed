import { setImmediate } from 'node:timers/promises'

/** Largest delay a real timer keeps; above it `setTimeout` fires at once. Source: HTML standard, Node.js timers. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** Time that moves only when the test says so. Fits wherever `now` and `startTimer` are taken as a clock. */
export interface ManualClock {
  /** Wall clock, milliseconds since 1970 UTC. */
  now(): number
  /** Runs `run` once, after `delayMs` of advanced time. Returns what stops it. */
  startTimer(run: () => void, delayMs: number): () => void
  /** Lets `ms` pass: runs the due timers in order, promises settling before, between and after them. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock forward (or back, below 0) as a user or NTP would: timers do not notice. */
  jump(ms: number): void
  /** How many timers wait. */
  pending(): number
}

interface Timer {
  readonly run: () => void
  readonly dueMs: number
}

/** `startMs`: the wall clock at first, milliseconds since 1970 UTC. */
export function createManualClock(startMs = Date.UTC(2024, 0, 30, 10)): ManualClock {
  const timers = new Set<Timer>()
  let elapsedMs = 0
  let wallMs = startMs

  const moveTo = (targetMs: number) => {
    wallMs += targetMs - elapsedMs
    elapsedMs = targetMs
  }

  return {
    now: () => wallMs,
    startTimer(run, delayMs) {
      if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
        throw new RangeError(`A timer's delay must be 0 to ${MAX_DELAY_MS} ms, got ${delayMs}`)
      }
      const timer = { run, dueMs: elapsedMs + delayMs }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`Time advances by 0 ms or more, got ${ms}; jump() moves the wall clock back`)
      const targetMs = elapsedMs + ms
      await settle()
      for (let timer = nextDue(timers, targetMs); timer !== undefined; timer = nextDue(timers, targetMs)) {
        timers.delete(timer)
        moveTo(timer.dueMs)
        timer.run()
        await settle()
      }
      moveTo(targetMs)
    },
    jump(ms) {
      wallMs += ms
    },
    pending: () => timers.size,
  }
}

/** Of timers due at the same instant the one started first: a Set keeps the order. */
function nextDue(timers: Iterable<Timer>, untilMs: number): Timer | undefined {
  let next: Timer | undefined
  for (const timer of timers) {
    if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer
  }
  return next
}

/** One turn of the event loop: every promise that needs no I/O has settled. */
async function settle(): Promise<void> {
  await setImmediate()
}

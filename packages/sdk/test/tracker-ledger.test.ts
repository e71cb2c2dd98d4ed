import fc from 'fast-check'
import { parseLaneKey, type DropReport, type Verdict } from '@truecount/protocol'
import { createRandom } from '@truecount/testkit'
import { expect, test } from 'vitest'
import { createScriptedTracker, refused, retry, type ScriptedTracker } from './scripted-tracker.ts'

type Step = (t: ScriptedTracker, random: () => number) => unknown

const rejected: Verdict = { status: 'rejected', error: 'invalid_request', message: 'no' }

/** Answers the oldest attempt that has no answer yet, in one of the ways that the world has. */
function answerOne(t: ScriptedTracker, random: () => number, open: Set<number>, turnedAway: Set<string>): void {
  const [index] = open
  const attempt = index === undefined ? undefined : t.attempts[index]
  if (index === undefined || attempt === undefined) return
  open.delete(index)
  // A report that is given up leaves a hole that nobody tells of: the collector then rightly misses its numbers.
  const isReportAlone = attempt.events.length === 1 && attempt.events[0]?.event_name === '$dropped'
  const chance = isReportAlone ? random() * 0.65 : random()
  const store = () => t.accept(attempt.events, index) ?? retry()
  if (chance < 0.4) return attempt.answer(store())
  if (chance < 0.5) {
    store()
    return attempt.answer(retry())
  }
  if (chance < 0.65) return attempt.answer(retry(random() < 0.5 ? undefined : random() * 20_000))
  if (chance < 0.75) return attempt.answer(refused('too_large'))
  if (chance < 0.85) return attempt.answer(refused('refused'))
  if (chance < 0.9) return attempt.answer(refused('unauthorized'))
  attempt.answer({
    verdicts: attempt.events.map((event) => {
      if (event.event_name !== '$dropped' && random() < 0.5) {
        turnedAway.add(event.idempotency_key ?? '')
        return rejected
      }
      const outcome = t.accept([event], index)
      return outcome?.verdicts?.[0] ?? rejected
    }),
  })
}

const STEPS: Record<string, Step> = {
  track: (t) => t.tracker.track('a'),
  own: (t, random) => t.tracker.track('own', {}, { idempotencyKey: `mine${Math.floor(random() * 5)}` }),
  many: (t) => Array.from({ length: 30 }, (_, i) => t.tracker.track('many', { i })),
  invalid: (t) => t.tracker.track('x'.repeat(101)),
  large: (t) => t.tracker.track('large', { padding: 'x'.repeat(9000) }),
  page: (t) => t.tracker.page(),
  identify: (t) => t.tracker.identify('u'),
  tick: (t) => t.clock.advance(0),
  wait: (t, random) => t.clock.advance(random() * 30_000),
  jump: (t, random) => t.clock.jump((random() - 0.5) * 1e9),
  flush: (t, random) => void t.tracker.flush({ timeoutMs: random() * 5000 }),
  leave: (t) => t.sendAtExit(() => 60_000 - (t.attempts.length % 5) * 12_000),
  online: (t) => t.resume(),
}

const CONSENT: Record<string, Step> = {
  optOut: (t) => t.tracker.optOut(),
  optIn: (t) => t.tracker.optIn(),
}

/** Runs the steps with books of its own beside the tracker's, and compares after each. */
async function run(steps: readonly string[], table: Record<string, Step>, seed: number) {
  const random = createRandom(seed)
  const t = createScriptedTracker({ maxQueueBytes: 20_000, flushAt: 5 }, { seed })
  const open = new Set<number>()
  const turnedAway = new Set<string>()
  t.setScript((_, index) => void open.add(index))
  for (const [i, step] of steps.entries()) {
    if (step === 'answer') answerOne(t, random, open, turnedAway)
    else await table[step]?.(t, random)
    await t.clock.advance(0)
    const { captured, adopted, delivered, rejected: refusals, dropped, waiting } = t.tracker.stats()
    const after = `seed ${seed}, step ${i} ${step}`
    expect({ after, adopted, sum: delivered + refusals + dropped + waiting }).toEqual({
      after,
      adopted: 0,
      sum: captured,
    })
    const told = t.heard.dropped.filter(({ reason }) => reason !== 'rejected').length
    expect({ after, dropped: told }).toEqual({ after, dropped })
    expect({ after, delivered: t.heard.delivered.reduce((sum, { events }) => sum + events, 0) }).toEqual({
      after,
      delivered,
    })
  }
  return { t, open, random, turnedAway }
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 })
const scripts = (table: Record<string, Step>) =>
  fc.array(fc.constantFrom('answer', 'answer', 'answer', 'tick', 'tick', ...Object.keys(table)), { maxLength: 60 })

test('captured = delivered + rejected + dropped + waiting after every step, whatever happens', async () => {
  const table = { ...STEPS, ...CONSENT, end: ((t) => void t.tracker.shutdown({ timeoutMs: 3000 })) satisfies Step }
  await fc.assert(
    fc.asyncProperty(scripts(table), seeds, async (steps, seed) => {
      await run(steps, table, seed)
    }),
    { numRuns: 400 },
  )
})

test('in the end the collector can show the sum: no number of the lane is missing, and no event is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(scripts(STEPS), seeds, async (steps, seed) => {
      const { t, open, random, turnedAway } = await run(steps, STEPS, seed)
      while (open.size > 0) answerOne(t, random, open, turnedAway)
      t.setScript(t.accept)
      t.tracker.track('last')
      await t.clock.advance(100_000)
      void t.tracker.flush()
      await t.clock.advance(100_000)
      expect({ seed, waiting: t.tracker.stats().waiting }).toEqual({ seed, waiting: 0 })

      const named = new Set([...t.stored.keys(), ...turnedAway])
      const numbers = [...named].flatMap((key) => parseLaneKey(key)?.seq ?? [])
      const reports = [...t.stored.values()].filter(({ event_name }) => event_name === '$dropped')
      const told = reports.flatMap(({ metadata }) => Object.values((metadata as unknown as DropReport).reasons))
      const missing = Math.max(...numbers) - numbers.length - told.reduce((sum, count) => sum + count, 0)
      // Below 0 where an event was stored, its reply lost, and the repeat refused: then it is stored and dropped.
      expect({ seed, missing: Math.max(missing, 0) }).toEqual({ seed, missing: 0 })
    }),
    { numRuns: 300 },
  )
})

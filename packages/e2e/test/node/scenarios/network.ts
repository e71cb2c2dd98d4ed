import { always, createRandom, dropReply, hang, ok, seeded, sequence, slow, status } from '@truecount/testkit'
import type { Fault, FaultScript } from '@truecount/testkit'
import { expect } from 'vitest'
import { comeBack, goDown, heal } from '../acts.ts'
import type { Scenario } from '../scenario.ts'
import { SEED } from '../seed.ts'
import { POISON } from '../step.ts'

const HOUR_MS = 3_600_000
const flush = { do: 'flush', timeoutMs: 40_000 } as const

/** `fault` for the first attempt of each batch that `chance` picks, by its first event; `ok` for every repeat. */
function firstAttempts(fault: Fault, rate: number): FaultScript {
  const tried = new Set<unknown>()
  const random = createRandom(SEED)
  return (_index, batch) => {
    const first = batch[0]?.idempotency_key
    const isNew = !tried.has(first)
    tried.add(first)
    return isNew && random() < rate ? fault : ok
  }
}

export const NETWORK: readonly Scenario[] = [
  {
    name: 'lost ack, 30 % of first attempts: stored, connection cut',
    faults: () => firstAttempts(dropReply, 0.3),
    settings: { maxBatchEvents: 25 },
    runs: [{ steps: [{ do: 'track', count: 600 }, flush] }],
    expected: { met: ['dropReply'], check: repeatsRecognised },
  },
  {
    name: 'lost ack, all first attempts',
    faults: () => firstAttempts(dropReply, 1),
    settings: { maxBatchEvents: 25 },
    runs: [{ steps: [{ do: 'track', count: 200 }, flush] }],
    expected: { met: ['dropReply'], check: repeatsRecognised },
  },
  {
    name: '30 % 503',
    faults: () => seeded(createRandom(SEED), { 503: 0.3 }),
    settings: { maxBatchEvents: 25 },
    runs: [{ steps: [{ do: 'track', count: 500 }, flush] }],
    expected: { met: ['status'] },
  },
  {
    name: '429 with Retry-After: 2 is obeyed',
    faults: () => sequence([ok, status(429, { retryAfter: 2 })], ok),
    runs: [
      {
        steps: [
          { do: 'track', count: 200 },
          { do: 'flush', timeoutMs: 500 },
          { do: 'track', count: 100, perTurn: 10, everyMs: 50 },
          { do: 'flush', timeoutMs: 100 },
          flush,
        ],
      },
    ],
    expected: {
      met: ['status'],
      check({ arrivals }) {
        const told = arrivals.findIndex(({ outcome }) => outcome === 'status')
        const next = arrivals[told + 1]
        expect((next?.at ?? 0) - (arrivals[told]?.at ?? 0)).toBeGreaterThanOrEqual(2000)
      },
    },
  },
  {
    name: 'one poison event, collector without verdicts: the good ones arrive',
    faults: () => (_index, batch) => (batch.some((event) => event.event_name === POISON) ? status(400) : ok),
    runs: [{ steps: [{ do: 'track', count: 150 }, { do: 'trackPoison' }, { do: 'track', count: 149 }, flush] }],
    expected: { met: ['status'], drops: { refused: 1 }, error: /refused/ },
  },
  {
    name: '413 above 4 events',
    faults: () => (_index, batch) => (batch.length > 4 ? status(413) : ok),
    runs: [{ steps: [{ do: 'track', count: 200 }, flush] }],
    expected: { met: ['status'] },
  },
  {
    name: 'server dies under load, is away for a while, comes back: 1,040 events',
    runs: [
      {
        steps: [
          { do: 'track', count: 260, perTurn: 20, everyMs: 25 },
          { do: 'say', line: 'begun' },
          { do: 'track', count: 780, perTurn: 20, everyMs: 25 },
          { do: 'say', line: 'tracked' },
          flush,
        ],
        when: [
          { said: 'begun', acts: [goDown] },
          { said: 'tracked', acts: [comeBack] },
        ],
      },
    ],
  },
  {
    name: 'server never answers: shutdown returns in its time and says what waits',
    faults: () => always(hang),
    queue: 'folder',
    runs: [
      {
        steps: [
          { do: 'track', count: 100 },
          { do: 'shutdown', timeoutMs: 1500 },
        ],
      },
      { before: [heal], steps: [flush] },
    ],
    expected: {
      met: ['hang'],
      adopted: 100,
      check({ results: [first] }) {
        expect(first?.books?.waiting).toBe(100)
        expect(first?.drainsMs[0]).toBeLessThan(6000)
        // The request that hangs must not hold the process once the shutdown has returned.
        expect(first?.lingerMs).toBeLessThan(6000)
      },
    },
  },
  {
    name: 'garbage answers, such as a captive portal gives',
    faults: () => seeded(createRandom(SEED), { garbage: 0.4 }),
    settings: { maxBatchEvents: 25 },
    runs: [{ steps: [{ do: 'track', count: 300 }, flush] }],
    expected: { met: ['garbage'] },
  },
  {
    name: 'answers come when the sender has stopped waiting',
    faults: () => sequence([slow(1000), slow(1000), slow(1000)], ok),
    settings: { requestTimeoutMs: 300 },
    runs: [{ steps: [{ do: 'track', count: 300 }, flush, { do: 'track', count: 20 }, flush] }],
    expected: { met: ['slow'] },
  },
  {
    name: 'the clock jumps back an hour during a wait',
    faults: () => sequence([status(429, { retryAfter: 2 })], ok),
    runs: [
      {
        steps: [
          { do: 'track', count: 50 },
          { do: 'flush', timeoutMs: 700 },
          { do: 'setClockBack', byMs: HOUR_MS },
          { do: 'track', count: 50 },
          flush,
        ],
      },
    ],
    expected: {
      met: ['status'],
      check({ arrivals: [first, second] }) {
        expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2000)
      },
    },
  },
]

function repeatsRecognised({
  results: [result],
}: Parameters<NonNullable<NonNullable<Scenario['expected']>['check']>>[0]) {
  expect(result?.books?.duplicates).toBeGreaterThan(0)
}

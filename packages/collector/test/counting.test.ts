import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Counting, countEvent, countingKey, parseWithin } from '../src/rules/counting.ts'
import type { WindowState } from '../src/store/rule-windows.ts'

const HOUR_MS = 3_600_000

/** Counts events by their times, all punctual, and tells which fire. */
function run(counting: Counting, timesMs: readonly number[], receivedAtMs = Number.MAX_SAFE_INTEGER) {
  let state: WindowState | undefined
  let most = 0
  const results = timesMs.map((atMs) => {
    const counted = countEvent(counting, state, atMs, receivedAtMs)
    state = counted.state ?? state
    most = Math.max(most, (state?.hits.length ?? 0) + (state?.firings.length ?? 0))
    return counted
  })
  return { fires: results.map(({ fires }) => fires), results, most, state }
}

/** The rule as the docs say it, for events in the order of their times. */
function inOrder({ count, withinMs }: Counting, timesMs: readonly number[]): boolean[] {
  const firings: number[] = []
  return timesMs.map((endMs, i) => {
    const holds = (instants: readonly number[]) => instants.filter((instant) => instant > endMs - withinMs)
    const fires = holds(timesMs.slice(0, i + 1)).length >= count && holds(firings).length === 0
    if (fires) firings.push(endMs)
    return fires
  })
}

const seconds = (...list: number[]) => list.map((second) => second * 1_000)
const threeInTen: Counting = { count: 3, withinMs: 10_000 }

describe('A window fires', () => {
  test.each([
    ['with the event that fills it', seconds(0, 1, 2), [2]],
    ['not when its events are further apart', seconds(0, 5, 10), []],
    ['its beginning not in it, its end in it', seconds(0, 5, 9.999), [2]],
    ['once, however many more it holds', seconds(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), [2]],
    ['again when a window without the last firing is full', seconds(0, 1, 2, 3, 11, 12, 13), [2, 5]],
    ['when events have one and the same time', seconds(7, 7, 7, 7), [2]],
    ['with a late event that fills the window of a newer one', seconds(0, 5, 4), [2]],
    ['with a late event, in time behind', seconds(100, 101, 50, 51, 52), [4]],
    ['never twice in its length, whichever came first', seconds(20, 21, 22, 14, 15, 16), [2]],
    ['but twice at its length', seconds(20, 21, 22, 10, 11, 12), [2, 5]],
  ])('%s', (_what, timesMs, firing) => {
    const { fires } = run(threeInTen, timesMs)
    expect(fires.flatMap((one, i) => (one ? [i] : []))).toEqual(firing)
  })

  test('A count of one is a rule that is silent for a while after it fired', () => {
    expect(run({ count: 1, withinMs: 10_000 }, seconds(0, 1, 9, 10, 15, 20)).fires).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ])
  })
})

describe('What comes too late or too early is not counted, and changes nothing', () => {
  test.each([
    [10_000, 60 * 10_000],
    [60_000, HOUR_MS],
    [2 * HOUR_MS, 2 * HOUR_MS],
  ])('within %i ms: %i ms', (withinMs, graceMs) => {
    const counting = { count: 2, withinMs }
    const newest = 100 * HOUR_MS
    const tooLate = newest - graceMs - 1
    expect(run(counting, [newest, tooLate]).results[1]).toEqual({ state: undefined, fires: false, held: 0 })
    expect(run(counting, [newest, newest - graceMs]).results[1]?.state).toBeDefined()
    expect(run(counting, [newest + graceMs + 1], newest).results[0]?.state).toBeUndefined()
    expect(run(counting, [newest + graceMs], newest).results[0]?.state).toBeDefined()
  })

  test('An event from a clock that is far ahead does not silence the ones in time', () => {
    expect(run(threeInTen, seconds(0, 1, 1e6, 2), 3_000).fires).toEqual([false, false, false, true])
  })
})

const counting = fc.record({ count: fc.integer({ min: 1, max: 6 }), withinMs: fc.integer({ min: 1, max: 50 }) })

test('At the edge of the grace an event finds all that its windows held', () => {
  // Three events fill the window that ends at the edge; of two firings, one is just far enough from it.
  const edge = seconds(1_000)[0] as number
  const before = [edge - 9_999, edge - 1, edge + 600_000]
  expect(run(threeInTen, [...before, edge]).fires).toEqual([false, false, false, true])
  const fired = [edge - 10_000, edge + 600_000, edge]
  expect(run({ count: 1, withinMs: 10_000 }, fired).fires).toEqual([true, true, true])
  expect(run({ count: 1, withinMs: 10_000 }, [edge - 9_999, edge + 600_000, edge]).fires).toEqual([true, true, false])
})

test('For events in order, the verdicts are those of the rule as it is documented', () => {
  fc.assert(
    fc.property(counting, fc.array(fc.nat(12), { maxLength: 250 }), (window, gaps) => {
      let nowMs = 0
      const timesMs = gaps.map((gap) => (nowMs += gap))
      expect(run(window, timesMs).fires).toEqual(inOrder(window, timesMs))
    }),
    { numRuns: 1_000 },
  )
})

test('In any order, firings are a length apart, and no window stays full with none nearby', () => {
  fc.assert(
    fc.property(counting, fc.array(fc.nat(300), { maxLength: 60 }), (window, timesMs) => {
      // Nobody is later than the newest by more than the grace, which is sixty lengths at least here.
      fc.pre(Math.max(...timesMs) - Math.min(...timesMs) < 60 * window.withinMs)
      const { state = { hits: [], firings: [] } } = run(window, timesMs)
      const { hits, firings } = state
      for (const [i, firing] of firings.entries()) {
        expect(firing - (firings[i - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(window.withinMs)
      }
      for (const end of hits) {
        const held = hits.filter((hit) => hit > end - window.withinMs && hit <= end).length
        const near = firings.some((firing) => Math.abs(firing - end) < window.withinMs)
        expect({ end, quiet: held >= window.count && !near }).toEqual({ end, quiet: false })
      }
    }),
    { numRuns: 1_000 },
  )
})

test('What is remembered is bounded, however many come', () => {
  const window = { count: 5, withinMs: HOUR_MS }
  expect(
    run(
      window,
      Array.from({ length: 5_000 }, (_, i) => i),
    ).most,
  ).toBeLessThanOrEqual(64 + 62)
  const often = { count: 1, withinMs: 1_000 }
  expect(
    run(
      often,
      Array.from({ length: 5_000 }, (_, i) => i * 1_000),
    ).most,
  ).toBeLessThanOrEqual(64 + 62)
})

test.each([
  ['10m', 600_000],
  ['1s', 1_000],
  ['31d', 31 * 24 * HOUR_MS],
  ['32d', undefined],
  ['0m', undefined],
  ['1.5h', undefined],
  ['10', undefined],
  ['m', undefined],
  ['10 m', undefined],
  ['10M', undefined],
  [10, undefined],
])('within %j is %s ms', (text, withinMs) => {
  expect(parseWithin(text)).toBe(withinMs)
})

test.each([
  [['user_id'], '"u"'],
  [['metadata', 'plan'], '1'],
  [['metadata', 'none'], undefined],
  [['metadata', 'list'], undefined],
  [['metadata', 'list', '0'], undefined],
  [['metadata', 'missing', 'x'], undefined],
  [['metadata', 'constructor'], undefined],
  [undefined, ''],
])('What is counted by %j has the key %s', (by, key) => {
  const document = { user_id: 'u', metadata: { plan: 1, none: null, list: ['a'] } }
  expect(countingKey({ ...threeInTen, ...(by === undefined ? {} : { by }) }, document)).toBe(key)
})

import { describe, expect, test } from 'vitest'
import { always, createRandom, dropReply, garbage, hang, ok, seeded, sequence, status } from '../src/index.ts'
import type { FaultScript } from '../src/index.ts'

const run = (script: FaultScript, requests: number) =>
  Array.from({ length: requests }, (_, index) => script(index, []).kind)

describe('fault script', () => {
  test('always: the same for every request', () => {
    expect(run(always(dropReply), 3)).toEqual(['dropReply', 'dropReply', 'dropReply'])
  })

  test('sequence: one a request, then the last word for all that follow', () => {
    expect(run(sequence([hang, status(503), garbage()], ok), 5)).toEqual(['hang', 'status', 'garbage', 'ok', 'ok'])
  })

  test('seeded: the same seed gives the same faults, in about the shares asked for', () => {
    const rates = { dropReply: 0.3, 503: 0.2 }
    const kinds = run(seeded(createRandom(5), rates), 10_000)
    expect(kinds).toEqual(run(seeded(createRandom(5), rates), 10_000))
    const share = (kind: string) => kinds.filter((one) => one === kind).length / kinds.length
    expect(share('dropReply')).toBeCloseTo(0.3, 1)
    expect(share('status')).toBeCloseTo(0.2, 1)
    expect(share('ok')).toBeCloseTo(0.5, 1)
  })

  test('seeded: a number names the status it answers', () => {
    expect(seeded(() => 0, { 429: 1 })(0, [])).toEqual(status(429))
  })

  test('seeded: rates that are no shares and names that are no faults are refused', () => {
    expect(() => seeded(Math.random, { dropReply: 0.8, hang: 0.3 })).toThrow('at most 1')
    expect(() => seeded(Math.random, { dropReply: -0.1 })).toThrow(RangeError)
    expect(() => seeded(Math.random, Object.fromEntries([['dropRepply', 0.1]]))).toThrow('dropRepply')
    expect(() => seeded(Math.random, { 99: 0.1 })).toThrow('99')
  })
})

import { BATCH_PATH } from '@truecount/protocol'
import type { BatchAnswer, EventInput } from '@truecount/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  always,
  dropReply,
  dropRequest,
  garbage,
  hang,
  ok,
  partialReject,
  sequence,
  slow,
  startRecordingCollector,
  status,
} from '../src/index.ts'
import type { Fault, RecordingCollector } from '../src/index.ts'

let collector: RecordingCollector
beforeEach(async () => {
  collector = await startRecordingCollector()
})
afterEach(() => collector.stop())

const event = (key: string, name = 'seen'): EventInput => ({ event_name: name, idempotency_key: key })

const post = (events: readonly unknown[], signal: AbortSignal | null = null) =>
  fetch(`${collector.url}${BATCH_PATH}?key=pk`, { method: 'POST', body: JSON.stringify(events), signal })

const storedKeys = () => [...collector.stored.keys()]

describe('faults', () => {
  test('drop request: the sender gets an error, nothing is stored', async () => {
    collector.setFaults(sequence([dropRequest], ok))
    await expect(post([event('a')])).rejects.toThrow('fetch failed')
    expect(storedKeys()).toEqual([])
    expect(collector.received.get('a')).toBe(1)
    expect((await post([event('a')])).status).toBe(202)
    expect(storedKeys()).toEqual(['a'])
  })

  test('drop reply: the sender gets an error, yet all is stored; the repeat is a duplicate', async () => {
    collector.setFaults(sequence([dropReply], ok))
    await expect(post([event('a')])).rejects.toThrow('fetch failed')
    expect(storedKeys()).toEqual(['a'])
    const repeat = (await (await post([event('a')])).json()) as BatchAnswer
    expect(repeat.results).toMatchObject([{ status: 'accepted', duplicate: true }])
    expect(collector.received.get('a')).toBe(2)
  })

  test('hang: no answer and nothing stored, while other requests pass', async () => {
    collector.setFaults(sequence([hang], ok))
    const leave = new AbortController()
    let answered = false
    const hanging = post([event('a')], leave.signal).then(() => (answered = true))
    await collector.waitFor(({ requests }) => requests.length === 1)
    expect((await post([event('b')])).status).toBe(202)
    expect(answered).toBe(false)
    expect(storedKeys()).toEqual(['b'])
    leave.abort()
    await expect(hanging).rejects.toThrow('aborted')
  })

  test('status: the code, the error shape of the contract, Retry-After in seconds or as a date', async () => {
    const date = 'Tue, 30 Jan 2024 10:00:00 GMT'
    collector.setFaults(sequence([status(429, { retryAfter: 7 }), status(503, { retryAfter: date })], status(502)))
    const answers = [await post([event('a')]), await post([event('a')]), await post([event('a')])]
    expect(answers.map((answer) => answer.status)).toEqual([429, 503, 502])
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['7', date, null])
    expect(await answers[0]?.json()).toMatchObject({ error: 'rate_limited', code: 429 })
    expect(storedKeys()).toEqual([])
  })

  test('partial reject: the picked events are rejected, their neighbours stored', async () => {
    collector.setFaults(always(partialReject(({ event_name }) => event_name === 'poison')))
    const response = await post([event('a'), event('p', 'poison'), event('b')])
    const { results } = (await response.json()) as BatchAnswer
    expect(results.map((verdict) => verdict.status)).toEqual(['accepted', 'rejected', 'accepted'])
    expect(storedKeys()).toEqual(['a', 'b'])
  })

  test.each([200, 202] as const)('garbage: %i with a body that is no JSON, nothing stored', async (code) => {
    collector.setFaults(always(garbage(code)))
    const response = await post([event('a')])
    expect(response.status).toBe(code)
    await expect(response.json()).rejects.toThrow(SyntaxError)
    expect(storedKeys()).toEqual([])
  })

  test('slow: stored and answered, after those that came later', async () => {
    collector.setFaults(sequence([slow(500)], ok))
    const order: string[] = []
    const late = post([event('late')]).then(() => order.push('late'))
    await collector.waitFor(({ requests }) => requests.length === 1)
    const early = post([event('early')]).then(() => order.push('early'))
    await Promise.all([late, early])
    expect(order).toEqual(['early', 'late'])
    expect(storedKeys()).toEqual(['early', 'late'])
  })
})

describe('fault script', () => {
  test('sees the index of each well-formed request and its valid events', async () => {
    const calls: unknown[] = []
    collector.setFaults((index, batch): Fault => {
      calls.push([index, batch.map(({ idempotency_key }) => idempotency_key)])
      return batch.length > 1 ? status(413) : ok
    })
    const statuses = [
      (await post([event('a'), event('b'), { event_name: 1 }])).status,
      (await post([])).status,
      (await post([event('a')])).status,
    ]
    expect(statuses).toEqual([413, 400, 202])
    expect(calls).toEqual([
      [0, ['a', 'b']],
      [1, ['a']],
    ])
    expect(collector.requests.map(({ outcome }) => outcome)).toEqual(['status', 'refused', 'ok'])
  })

  test('counts from 0 again when it is replaced', async () => {
    await post([event('a')])
    collector.setFaults(sequence([status(500)], ok))
    expect((await post([event('b')])).status).toBe(500)
  })
})

describe('a collector that is down', () => {
  test('refuses connections, and has its store and its address when it comes back', async () => {
    await post([event('a')])
    await collector.goDown()
    await expect(post([event('b')])).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await collector.comeBack()
    expect((await post([event('b')])).status).toBe(202)
    expect(storedKeys()).toEqual(['a', 'b'])
  })

  test('cuts the requests that hang in it', async () => {
    collector.setFaults(always(hang))
    const hanging = post([event('a')]).catch(String)
    await collector.waitFor(({ requests }) => requests.length === 1)
    await collector.goDown()
    expect(await hanging).toContain('fetch failed')
  })
})

import { BATCH_PATH } from '@truecount/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Fault, FaultyProxy, RecordingCollector } from '@truecount/testkit'
import {
  dropReply,
  dropRequest,
  duplicate,
  garbage,
  hang,
  late,
  ok,
  sequence,
  slow,
  startFaultyProxy,
  startRecordingCollector,
  status,
} from '@truecount/testkit'

let collector: RecordingCollector
let proxy: FaultyProxy

beforeEach(async () => {
  collector = await startRecordingCollector()
  proxy = await startFaultyProxy(collector.url)
})

afterEach(async () => {
  await proxy.stop()
  await collector.stop()
})

/** Resolves with the status, or `cut` where there is no answer. */
function send(key: string, signal?: AbortSignal): Promise<number | 'cut'> {
  return fetch(`${proxy.url}${BATCH_PATH}?key=k`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify([{ event_name: 'tick', idempotency_key: key }]),
    ...(signal && { signal }),
  }).then(
    (answer) => answer.status,
    () => 'cut',
  )
}

test.each<[Fault, number | 'cut', number]>([
  [ok, 202, 1],
  [slow(5), 202, 1],
  [dropReply, 'cut', 1],
  [dropRequest, 'cut', 0],
  [garbage(), 200, 0],
  [status(503), 503, 0],
])('%o does to a real collector what it says', async (fault, answer, stored) => {
  proxy.setFaults(sequence([fault], ok))
  expect(await send('first')).toBe(answer)
  expect(collector.stored.has('first')).toBe(stored === 1)
  expect(await send('second')).toBe(202)
  expect(proxy.requests.map(({ outcome, eventCount }) => [outcome, eventCount])).toEqual([
    [fault.kind, 1],
    ['ok', 1],
  ])
})

test('a late request is cut at once and reaches the collector after its repeat', async () => {
  proxy.setFaults(sequence([late(50)], ok))
  expect(await send('first')).toBe('cut')
  expect(collector.stored.has('first')).toBe(false)
  expect(await send('first')).toBe(202)
  await proxy.stop()
  expect(collector.requests.map(({ events }) => events.length)).toEqual([1, 1])
})

test('a duplicated request is answered once and reaches the collector twice', async () => {
  proxy.setFaults(sequence([duplicate(5)], ok))
  expect(await send('first')).toBe(202)
  await proxy.stop()
  expect(collector.requests.map(({ events }) => events.length)).toEqual([1, 1])
})

test('a request that hangs reaches nobody', async () => {
  proxy.setFaults((_index, [event]) => (event?.idempotency_key === 'first' ? hang : ok))
  const leaving = new AbortController()
  const hanging = send('first', leaving.signal)
  await vi.waitFor(() => expect(proxy.requests.map(({ outcome }) => outcome)).toEqual(['hang']))
  expect(await send('second')).toBe(202)
  leaving.abort()
  expect(await hanging).toBe('cut')
  expect([...collector.stored.keys()]).toEqual(['second'])
})

test('it refuses while it is down, cuts while its target is, and comes back on the same port', async () => {
  await proxy.goDown()
  expect(await send('first')).toBe('cut')
  await proxy.comeBack()
  await collector.goDown()
  expect(await send('second')).toBe('cut')
  await collector.comeBack()
  expect(await send('third')).toBe(202)
  expect([...collector.stored.keys()]).toEqual(['third'])
})

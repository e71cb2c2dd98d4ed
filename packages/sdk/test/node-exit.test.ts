import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseLaneKey } from '@truecount/protocol'
import {
  always,
  dropReply,
  hang,
  ok,
  sequence,
  startNodeChild,
  startRecordingCollector,
  status,
  type RecordingCollector,
} from '@truecount/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTracker, fileQueue, type TrackerStats } from '../src/node/index.ts'

const FIXTURE = fileURLToPath(new URL('fixture/track-and-end.ts', import.meta.url))

/** Node's own timers keep a process alive for this long at least if one of them is left: a flush interval. */
const WELL_BEFORE_A_LEFT_TIMER_MS = 30_000

let collector: RecordingCollector
beforeEach(async () => {
  collector = await startRecordingCollector()
})
afterEach(() => collector.stop())

async function runToItsEnd(count: number, when: 'unsent' | 'sent', requestTimeoutMs = 30_000) {
  const child = startNodeChild(FIXTURE, { args: [collector.url, String(count), when, String(requestTimeoutMs)] })
  await child.waitForLine(/^busy no more/)
  const stats = JSON.parse((await child.waitForLine(/^end /, WELL_BEFORE_A_LEFT_TIMER_MS)).slice(4)) as object
  expect({ ...(await child.exited), output: child.output() }).toMatchObject({ code: 0, signal: null })
  return { stats, output: child.output() }
}

test('a process that ends by itself first sends what waits', async () => {
  const { stats } = await runToItsEnd(250, 'unsent')
  expect(collector.stored.size).toBe(250)
  expect(stats).toMatchObject({ captured: 250, adopted: 0, delivered: 250, waiting: 0 })
}, 60_000)

test.each([
  ['a lost reply', dropReply],
  ['a collector that is unavailable for a moment', status(503)],
])(
  'it does so in spite of %s, and stores nothing twice',
  async (_, fault) => {
    collector.setFaults(sequence([fault], ok))
    const { stats } = await runToItsEnd(50, 'unsent')
    expect(collector.stored.size).toBe(50)
    expect(stats).toMatchObject({ captured: 50, adopted: 0, delivered: 50, waiting: 0 })
  },
  60_000,
)

test.each([
  ['nothing was tracked', 0, 'unsent'],
  ['all is sent, its connection still open', 30, 'sent'],
] as const)(
  'where %s, nothing keeps the process alive',
  async (_, count, when) => {
    const { stats } = await runToItsEnd(count, when)
    expect(stats).toMatchObject({ delivered: count, waiting: 0 })
    expect(collector.stored.size).toBe(count)
  },
  60_000,
)

test('against a collector that never answers it ends in bounded time, and says how many events are left', async () => {
  collector.setFaults(always(hang))
  const { stats, output } = await runToItsEnd(3, 'unsent', 200)
  expect(stats).toMatchObject({ waiting: 3, delivered: 0 })
  expect(output).toMatch(/3 events not sent/)
}, 60_000)

test('what a process dropped in its last turn is told by the next one that uses the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-dropped-'))
  const child = startNodeChild(fileURLToPath(new URL('fixture/drop-and-exit.ts', import.meta.url)), {
    args: [collector.url, folder],
  })
  const { dropped, waiting } = JSON.parse((await child.waitForLine(/^end /)).slice(4)) as TrackerStats
  await child.exited
  expect([collector.requests.length, dropped + waiting, dropped > 0]).toEqual([0, 50, true])

  const heir = createTracker({ key: 'tc_pub_test', endpoint: collector.url, queue: fileQueue(folder) })
  expect(await heir.shutdown()).toEqual({ delivered: waiting + 1, waiting: 0, dropped: 0 })
  const stored = [...collector.stored]
  const lanes = new Set(stored.map(([key]) => parseLaneKey(key)?.lane))
  const reports = stored.filter(([, { event_name }]) => event_name === '$dropped')
  expect([lanes.size, reports.map(([, { metadata }]) => metadata)]).toEqual([
    1,
    [{ reasons: { queue_full: dropped }, last: 51 }],
  ])
  await rm(folder, { recursive: true })
}, 60_000)

test('what is tracked or dropped as the process exits, after the tracker has heard of it, is sent by the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-at-exit-'))
  const child = startNodeChild(fileURLToPath(new URL('fixture/track-at-exit.ts', import.meta.url)), {
    args: [collector.url, folder],
  })
  const stats = JSON.parse((await child.waitForLine(/^end /)).slice(4)) as TrackerStats
  await child.exited
  expect([collector.requests.length, stats]).toMatchObject([0, { captured: 2, waiting: 1, dropped: 1 }])

  const heir = createTracker({ key: 'tc_pub_test', endpoint: collector.url, queue: fileQueue(folder) })
  expect(await heir.shutdown()).toEqual({ delivered: 2, waiting: 0, dropped: 0 })
  expect([...collector.stored.values()].map(({ event_name }) => event_name)).toEqual(['exited', '$dropped'])
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true })
}, 60_000)

test('however many trackers a process has, it hears of its end once, and each sends what waits; those shut down leave no listener', async () => {
  const child = startNodeChild(fileURLToPath(new URL('fixture/many-trackers.ts', import.meta.url)), {
    args: [collector.url, '12'],
  })
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(child.output()).toBe('12 trackers: 1 1\nshut down: 0 0\n12 more: 1 1\n')
  expect(collector.stored.size).toBe(24)
}, 60_000)

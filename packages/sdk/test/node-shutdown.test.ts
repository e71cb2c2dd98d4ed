import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { always, ok, startRecordingCollector, status, type RecordingCollector } from '@truecount/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fileQueue } from '../src/node/index.ts'
import { startSdk } from './start-sdk.ts'

let collector: RecordingCollector
let folder: string
beforeEach(async () => {
  collector = await startRecordingCollector()
  folder = await mkdtemp(join(tmpdir(), 'truecount-shutdown-'))
})
afterEach(async () => {
  await collector.stop()
  await rm(folder, { recursive: true })
})

test('what waits at shutdown is sent by the next tracker that uses the folder, in the same process too', async () => {
  collector.setFaults(always(status(503)))
  const first = startSdk(collector.url, { queue: fileQueue(folder) })
  for (let i = 0; i < 5; i++) first.track('a', { i })
  expect(await first.shutdown({ timeoutMs: 50 })).toEqual({ delivered: 0, waiting: 5, dropped: 0 })

  collector.setFaults(always(ok))
  const second = startSdk(collector.url, { queue: fileQueue(folder) })
  expect(await second.shutdown()).toEqual({ delivered: 5, waiting: 0, dropped: 0 })
  expect([...collector.stored.values()].map(({ metadata }) => metadata?.['i'])).toEqual([0, 1, 2, 3, 4])
  expect(await readdir(folder)).toEqual([])
})

test('a tracker that is shut down tends its folder no more, whatever was said of consent before and after', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const tracker = startSdk(collector.url, { queue: fileQueue(folder) })
    tracker.optOut()
    expect(vi.getTimerCount()).toBe(0)
    tracker.optIn()
    expect(vi.getTimerCount()).toBe(1)
    await tracker.shutdown()
    tracker.optOut()
    tracker.optIn()
    expect(vi.getTimerCount()).toBe(0)
    expect(await readdir(folder)).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

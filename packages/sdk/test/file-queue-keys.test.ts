import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  always,
  hang,
  ok,
  startNodeChild,
  startRecordingCollector,
  status,
  type RecordingCollector,
} from '@truecount/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileQueue, type FlushResult } from '../src/node/index.ts'
import { startSdk } from './start-sdk.ts'

const FIXTURE = fileURLToPath(new URL('fixture/track-and-stay.ts', import.meta.url))

let collector: RecordingCollector
let folder: string
beforeEach(async () => {
  collector = await startRecordingCollector()
  folder = await mkdtemp(join(tmpdir(), 'truecount-keys-'))
})
afterEach(async () => {
  await collector.stop()
  await rm(folder, { recursive: true })
})

/** A process that tracks one event with `key` and is killed when it has written a line like `line`. */
async function trackAndDie(key: string, name: string, line: RegExp) {
  const child = startNodeChild(FIXTURE, { args: [collector.url, folder, key, name] })
  await child.waitForLine(line)
  await child.kill()
}

/** A tracker with `key`, until it has sent what is there for it. */
async function sendWith(key: string): Promise<{ result: FlushResult; errors: string[] }> {
  const errors: string[] = []
  const tracker = startSdk(collector.url, { key, queue: fileQueue(folder) })
  tracker.on('error', ({ message }) => errors.push(message))
  return { result: await tracker.shutdown(), errors }
}

const names = () => [...collector.stored.values()].map(({ event_name }) => event_name)

test('what a killed process left is sent with its own key alone: another key leaves it, and says so', async () => {
  collector.setFaults(always(hang))
  await trackAndDie('tc_pub_a', 'of_a', /^tracked/)
  collector.setFaults(always(ok))

  const other = await sendWith('tc_pub_b')
  expect(other.result).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
  expect(other.errors).toEqual([expect.stringMatching(/holds events of another key/)])
  expect(names()).toEqual([])

  const own = await sendWith('tc_pub_a')
  expect(own).toEqual({ result: { delivered: 1, waiting: 0, dropped: 0 }, errors: [] })
  expect(names()).toEqual(['of_a'])
  expect(await readdir(folder)).toEqual([])
})

test('what a key that the collector refuses has left is sent with the key that is given next', async () => {
  collector.setFaults(always(status(401)))
  await trackAndDie('tc_pub_mistyped', 'waiting', /^error .*key/)
  collector.setFaults(always(ok))

  const mended = await sendWith('tc_pub_right')
  expect(mended).toEqual({ result: { delivered: 1, waiting: 0, dropped: 0 }, errors: [] })
  expect(names()).toEqual(['waiting'])
})

test('a key that the collector takes again keeps its events to itself again', async () => {
  collector.setFaults(always(status(401)))
  await trackAndDie('tc_pub_a', 'first', /^error .*key/)
  collector.setFaults(always(ok))
  expect((await sendWith('tc_pub_a')).result).toMatchObject({ delivered: 1 })

  collector.setFaults(always(hang))
  await trackAndDie('tc_pub_a', 'second', /^tracked/)
  collector.setFaults(always(ok))
  expect((await sendWith('tc_pub_b')).result).toMatchObject({ delivered: 0 })
  expect(names()).toEqual(['first'])
  expect((await sendWith('tc_pub_a')).result).toMatchObject({ delivered: 1 })
})

import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock } from '@truecount/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { QueuedEvent } from '../src/capture/event-queue.ts'
import { fileQueue, type OpenQueue } from '../src/node/file-queue.ts'
import { queuedEvent } from './queued-event.ts'

const { now } = createManualClock(Date.now())

let folder: string
let lanes: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truecount-adoption-'))
  lanes = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(maxBytes = 100_000): OpenQueue {
  const problem = (message: string) => expect.unreachable(message)
  const lane = `lane${String(++lanes).padStart(12, '0')}`
  return fileQueue(folder).open(lane, 'tc_pub_test', maxBytes, now, { problem, unreadable: problem })
}

/** What a process leaves that was killed with these events waiting: the lane's owner is nobody. */
function leaveDeadLane(events: readonly QueuedEvent[], lastSignMs = 0): OpenQueue {
  const dead = open()
  dead.tend()
  for (const event of events) expect(dead.queue.put(event)).toBe(true)
  const ownerFile = join(folder, `lane${String(lanes).padStart(12, '0')}`, 'owner.json')
  writeFileSync(ownerFile, JSON.stringify({ pid: 1, realm: 'elsewhere', started: '' }))
  utimesSync(ownerFile, lastSignMs / 1000, lastSignMs / 1000)
  return dead
}

test('what found no room when it was adopted is taken over when there is room again: once, each lane in its order', () => {
  const events = Array.from({ length: 90 }, (_, i) => queuedEvent(`key-${String(i).padStart(3, '0')}`, 100))
  const lots = [events.slice(0, 30), events.slice(30, 60), events.slice(60)]
  for (const lot of lots) leaveDeadLane(lot)
  const heir = open(20 * (events[0]?.bytes ?? 0))

  const taken: QueuedEvent[] = []
  for (let turn = 0; turn < 20 && taken.length < events.length; turn++) {
    heir.tend()
    const waiting = [...heir.queue.peek()]
    // Sent in part only, so that there is not always room for all.
    const sent = waiting.slice(0, 12)
    taken.push(...sent)
    heir.queue.remove(sent)
  }
  expect(taken).toHaveLength(events.length)
  for (const lot of lots) expect(taken.filter((event) => lot.some(({ key }) => key === event.key))).toEqual(lot)

  heir.tend()
  expect(heir.queue.count()).toBe(0)
  heir.close()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['over a minute old', -61_000, 'dead'],
  ['younger', -59_000, 'alive'],
  ['of a clock that is a little ahead', 59_000, 'alive'],
  ['from a time to come: of a clock that was set back', 3_600_000, 'dead'],
])('an owner on another host whose last sign of life is %s', (_, afterMs, is) => {
  leaveDeadLane([queuedEvent('key')], now() + afterMs)
  const heir = open()
  heir.tend()
  expect(heir.queue.count()).toBe(is === 'dead' ? 1 : 0)
})

test('the name of an owner is never half written: who is killed as its disk is full leaves a lane that is adopted', () => {
  const owner = open(2_000_000)
  owner.tend()
  const [first, second] = [queuedEvent('first', 600_000), queuedEvent('second', 600_000)]
  expect(owner.queue.put(first)).toBe(true)
  const names = () => readFileSync(join(folder, 'lane000000000001', 'owner.json'), 'utf8')
  const before = names()
  // What is written in place shows through another name of the file.
  linkSync(join(folder, 'lane000000000001', 'owner.json'), join(folder, 'seen'))
  expect(owner.queue.put(second)).toBe(true)
  expect(names()).toBe(before)
  expect(statSync(join(folder, 'seen')).nlink).toBe(1)
  rmSync(join(folder, 'seen'))
  owner.queue.remove([first, second])
  owner.close()
  expect(readdirSync(folder)).toEqual([])
})

test('who was thought dead, and lost its folder, writes what waits down anew', () => {
  const events = [queuedEvent('key-0'), queuedEvent('key-1')]
  const owner = leaveDeadLane(events)
  const thief = open()
  thief.tend()
  expect(thief.queue.count()).toBe(2)
  thief.queue.remove(events)
  thief.close()
  expect(readdirSync(folder)).toEqual([])

  owner.tend()
  owner.close()
  const heir = open()
  heir.tend()
  expect([...heir.queue.peek()]).toEqual(events)
})

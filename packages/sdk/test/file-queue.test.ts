import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock } from '@truecount/testkit'
import { afterAll, expect, test } from 'vitest'
import { fileQueue, type OpenQueue } from '../src/node/file-queue.ts'
import { describeQueue } from './queue.contract.ts'
import { queuedEvent } from './queued-event.ts'

const root = mkdtempSync(join(tmpdir(), 'truecount-file-queue-'))
const opened: OpenQueue[] = []
afterAll(() => {
  for (const one of opened) one.close()
  rmSync(root, { recursive: true, force: true })
})

const { now } = createManualClock(Date.now())
const listener = { problem: () => undefined, unreadable: () => undefined }
let lanes = 0

function open(folder: string, maxBytes: number): OpenQueue {
  const lane = `lane${String(++lanes).padStart(12, '0')}`
  const one = fileQueue(folder).open(lane, 'tc_pub_test', maxBytes, now, listener)
  opened.push(one)
  return one
}

describeQueue('file queue', (maxBytes) => {
  const one = open(join(root, `own-${lanes}`), maxBytes)
  one.tend()
  return one.queue
})

describeQueue('file queue before consent', (maxBytes) => open(join(root, 'before'), maxBytes).queue)

describeQueue('file queue whose folder can not be made', (maxBytes) => {
  const one = open('/dev/null/nowhere', maxBytes)
  one.tend()
  return one.queue
})

describeQueue('file queue that shares its folder', (maxBytes) => {
  const folder = join(root, `shared-${lanes}`)
  open(folder, 10_000).tend()
  const one = open(folder, maxBytes)
  one.tend()
  return one.queue
})

test('a drop report that was only jotted down is adopted, as it was last, and takes no room for each time', () => {
  const folder = join(root, 'jotted')
  const gone = open(folder, 10_000)
  gone.tend()
  const reports = Array.from({ length: 20_000 }, (_, i) => queuedEvent('tc1.AAAAAAAAAAAAAAAA.2', i % 100))
  for (const report of reports) gone.write(report)
  expect(gone.queue.count()).toBe(0)
  const [lane = ''] = readdirSync(folder)
  expect(bytesIn(join(folder, lane))).toBeLessThan(2.5 * 1024 * 1024)

  // As if the process were dead: its name is nobody's.
  writeFileSync(join(folder, lane, 'owner.json'), JSON.stringify({ pid: 1, realm: 'elsewhere', started: '' }))
  utimesSync(join(folder, lane, 'owner.json'), 0, 0)
  const heir = open(folder, 10_000)
  heir.tend()
  expect([...heir.queue.peek()]).toEqual([reports.at(-1)])
  heir.queue.remove([...heir.queue.peek()])
  heir.close()
  expect(readdirSync(folder)).toEqual([])
})

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createManualClock } from '@truecount/testkit'
import { afterAll } from 'vitest'
import { fileQueue, type OpenQueue } from '../src/node/file-queue.ts'
import { describeQueue } from './queue.contract.ts'

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
  const one = fileQueue(folder).open(lane, maxBytes, now, listener)
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

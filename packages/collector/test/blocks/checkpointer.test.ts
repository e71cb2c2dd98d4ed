import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createCheckpointer } from '../../src/store/blocks/checkpointer.ts'
import { createSmallSteps } from '../../src/store/blocks/small-steps.ts'
import type { SealWork } from '../../src/store/blocks/seal-work.ts'

const MB = 1024 * 1024

/** What a log of so many bytes is tried to be written back with, in milliseconds of patience, while a reader stays for `tries`. */
async function patienceOf(bytes: number, tries: number): Promise<readonly number[]> {
  const patience: number[] = []
  const checkpoint = async (patienceMs: number) => {
    patience.push(patienceMs)
    return patience.length === tries
  }
  const checkpointer = createCheckpointer({
    walBytes: () => bytes,
    work: () => ({ checkpoint }) as Partial<SealWork> as SealWork,
    wait: () => Promise.resolve(),
    stopping: new AbortController().signal,
    onError: (error) => expect(error).toBeUndefined(),
  })
  for (let i = 0; i < 16; i++) checkpointer.committed()
  await checkpointer.idle()
  return patience
}

test('Whoever ingests waits no second time at once for a reader that did not end: a backup would take all of their time', async () => {
  const patience = await patienceOf(300 * MB, 53)
  expect(patience.filter((ms) => ms > 20)).toEqual([2_000, 2_000])
  expect(patience.indexOf(2_000, 1)).toBe(50)
})

test('A log is written back with more patience the larger it is, and not at all while it is small', async () => {
  expect(await patienceOf(33 * MB, 3)).toEqual([2, 2, 2])
  expect(await patienceOf(97 * MB, 3)).toEqual([20, 20, 20])
  expect(await patienceOf(31 * MB, 3)).toEqual([])
})

test('Work that can wait writes nothing while the log is copied: whoever ingests would be kept waiting for it', async () => {
  const order: string[] = []
  let copied = (_isWhole: boolean): void => undefined
  const checkpoint = () => new Promise<boolean>((resolve) => (copied = resolve))
  const checkpointer = createCheckpointer({
    walBytes: () => 33 * MB,
    work: () => ({ checkpoint }) as Partial<SealWork> as SealWork,
    wait: () => Promise.resolve(),
    stopping: new AbortController().signal,
    onError: (error) => expect(error).toBeUndefined(),
  })
  const db = new Database(':memory:')
  const steps = createSmallSteps({
    db,
    lease: { take: () => true, renew: () => true, release: () => undefined },
    turnMs: () => 1_000,
    monotonicMs: () => 0,
    afterTurn: () => Promise.resolve(),
    mayWrite: checkpointer.copied,
    stopping: new AbortController().signal,
    onStep: () => undefined,
    faultPoint: () => undefined,
  })
  await steps.take('before', () => order.push('before'))
  for (let i = 0; i < 16; i++) checkpointer.committed()
  const step = steps.take('after', () => order.push('after'))
  await new Promise((resolve) => setImmediate(resolve))
  order.push('copied')
  copied(true)
  await step
  await checkpointer.idle()
  db.close()
  expect(order).toEqual(['before', 'copied', 'after'])
})

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createThreadCalls, type ThreadCalls } from '../../src/store/blocks/thread-calls.ts'

const opened: ThreadCalls[] = []

function open(workerData?: string): ThreadCalls {
  const calls = createThreadCalls(new URL('calls-thread.ts', import.meta.url), workerData, 64)
  opened.push(calls)
  return calls
}

afterEach(async () => {
  for (const calls of opened.splice(0)) await calls.stop()
})

const unavailable = expect.objectContaining({ name: 'StoreError', kind: 'unavailable' })

test('A thread serves one call after another', async () => {
  const { call } = open()
  const answers = [call('count'), call('echo', { a: new Uint8Array(2) }), call('count')]
  expect(await Promise.all(answers)).toEqual([1, { a: new Uint8Array(2) }, 2])
})

test('What the database refuses is unavailable, a mistake is an error that names it, and the thread goes on', async () => {
  const { call } = open()
  await expect(call('refuse')).rejects.toEqual(unavailable)
  for (const [name, message] of [
    ['mistake', 'RangeError: no such row'],
    ['uncloneable', 'could not be cloned'],
    ['unknown', 'TypeError'],
  ] as const) {
    await expect(call(name)).rejects.toThrow(message)
    await expect(call(name)).rejects.not.toEqual(unavailable)
  }
  expect(await call('count')).toBe(1)
})

test('A thread that died is started anew, and what waited for it is unavailable', async () => {
  const { call } = open()
  const thread = await call('thread')
  const waiting = [call('die'), call('count')]
  for (const { status, reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected')
    expect(reason).toEqual(unavailable)
  }
  expect(await call('count')).toBe(1)
  expect(await call('thread')).not.toBe(thread)
})

test('A thread that fails to start makes calls unavailable, and says why', async () => {
  const { call } = open('fails to start')
  for (let i = 0; i < 2; i++) {
    await expect(call('count')).rejects.toMatchObject({ kind: 'unavailable', cause: { message: 'no file there' } })
  }
})

test('Stopping ends a thread in the middle of a call', async () => {
  const { call, stop } = open()
  expect(await call('count')).toBe(1)
  const [never] = await Promise.allSettled([call('never'), stop()])
  expect(never).toEqual({ status: 'rejected', reason: unavailable })
  await expect(call('count')).rejects.toEqual(unavailable)
})

test('A thread that has nothing to do keeps no process alive', async () => {
  const program = new URL('idle-process.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 20_000 })
  expect(stdout).toBe('1')
}, 30_000)

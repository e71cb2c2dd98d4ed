import { type MessagePort, parentPort, threadId, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { serveCalls } from '../../src/store/blocks/serve-calls.ts'

if (workerData === 'fails to start') throw new Error('no file there')

const sleeping = new Int32Array(new SharedArrayBuffer(4))
let served = 0

/** A thread that does whatever a thread may. */
serveCalls(parentPort as MessagePort, {
  thread: () => threadId,
  /** Which call of this thread it is. */
  count: () => ++served,
  echo: (value: unknown) => value,
  refuse: () => new Database(':memory:').prepare('SELECT * FROM nowhere').all(),
  mistake: () => {
    throw new RangeError('no such row')
  },
  uncloneable: () => () => undefined,
  die: () => process.exit(3),
  never: () => Atomics.wait(sleeping, 0, 0),
})

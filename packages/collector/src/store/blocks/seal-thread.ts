import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openReadOnly } from '../sqlite/open-read-only.ts'
import { openCollector } from './collect-garbage.ts'
import { serveCalls } from './serve-calls.ts'
import { createSealCalls, memoryOf } from './seal-calls.ts'

/** What the thread is started with. */
export interface SealThreadData {
  readonly path: string
}

const { path } = workerData as SealThreadData
const calls = createSealCalls(openReadOnly(path), path)
const collect = openCollector()
serveCalls(
  parentPort as MessagePort,
  {
    ...calls,
    seal(...args: Parameters<typeof calls.seal>) {
      // When the answer is on its way: what it was made of may else lie there until there is a segment's worth of events again.
      setImmediate(() => collect({ type: 'major' }))
      return calls.seal(...args)
    },
  },
  memoryOf,
)

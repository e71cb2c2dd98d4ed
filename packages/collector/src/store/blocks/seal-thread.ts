import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openReadOnly } from '../sqlite/open-read-only.ts'
import { serveCalls } from './serve-calls.ts'
import { createSealCalls, memoryOf } from './seal-calls.ts'

/** What the thread is started with. */
export interface SealThreadData {
  readonly path: string
}

const { path } = workerData as SealThreadData
serveCalls(parentPort as MessagePort, { ...createSealCalls(openReadOnly(path), path) }, memoryOf)

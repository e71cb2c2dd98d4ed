import { constants, platform, setPriority } from 'node:os'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openReadOnly } from '../sqlite/open-read-only.ts'
import { openCollector } from './collect-garbage.ts'
import { createQueries, type QueryOptions } from './queries.ts'
import { serveCalls } from './serve-calls.ts'
import { createThrowAway } from './throw-away.ts'

/** What the thread is started with. */
export interface QueryThreadData extends QueryOptions {
  readonly path: string
}

// Those who send go before those who ask. Elsewhere than on Linux it would be the priority of the whole process.
if (platform() === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const { path, ...options } = workerData as QueryThreadData
serveCalls(parentPort as MessagePort, {
  ...createQueries(openReadOnly(path), options, createThrowAway(openCollector())),
})

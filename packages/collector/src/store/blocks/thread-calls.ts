import { Worker } from 'node:worker_threads'
import { StoreError } from '../store-error.ts'
import type { CallMessage, ReplyMessage } from './serve-calls.ts'

/** Calls what a worker thread serves. */
export interface ThreadCalls {
  /** Rejects with `StoreError` (`unavailable`) when the thread died or the store did not answer. */
  call(name: string, ...args: readonly unknown[]): Promise<unknown>
  /** Ends the thread, whatever it does: what waits for it is rejected. */
  stop(): Promise<void>
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
}

/** Left to itself an engine collects what a thread threw away only when it is much. */
const YOUNG_MB = 6

/**
 * Starts the thread at the first call, and anew at the first call after it died. It keeps no process alive that waits for nothing.
 * `heapMb`: what it dies of when it needs more; columns and parts lie outside of this memory.
 */
export function createThreadCalls(entry: URL, workerData: unknown, heapMb: number): ThreadCalls {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: heapMb }
  let thread: Thread | undefined
  let lastId = 0
  let isStopped = false

  function start(): Thread {
    const started: Thread = {
      worker: new Worker(entry, { workerData, resourceLimits }),
      waiting: new Map(),
    }
    const die = (reason: string, cause?: unknown) => {
      if (thread === started) thread = undefined
      for (const { reject } of started.waiting.values()) reject(new StoreError('unavailable', reason, cause))
      started.waiting.clear()
    }
    started.worker.on('message', (reply: ReplyMessage) => settle(started, reply))
    started.worker.on('error', (error) => die('A thread of the store failed', error))
    started.worker.on('exit', () => die('A thread of the store ended'))
    started.worker.unref()
    return started
  }

  return {
    call(name, ...args) {
      if (isStopped) return Promise.reject(new StoreError('unavailable', 'The store is closed'))
      const { worker, waiting } = (thread ??= start())
      const id = ++lastId
      return new Promise((resolve, reject) => {
        if (waiting.size === 0) worker.ref()
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, name, args } satisfies CallMessage, [])
      })
    },
    async stop() {
      isStopped = true
      await thread?.worker.terminate()
    },
  }
}

function settle({ worker, waiting }: Thread, reply: ReplyMessage): void {
  const call = waiting.get(reply.id)
  waiting.delete(reply.id)
  if (waiting.size === 0) worker.unref()
  if (reply.kind === 'value') call?.resolve(reply.value)
  else if (reply.kind === 'unavailable') call?.reject(new StoreError('unavailable', reply.message))
  else call?.reject(new Error(reply.message))
}

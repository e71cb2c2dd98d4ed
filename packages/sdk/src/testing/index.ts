import { createCollectorInMemory, type TestCollector } from './test-collector.ts'

export { lostAck, partialReject, retryAfter, status } from './fault.ts'
export type { Effect, Fault } from './fault.ts'
export { mswHandlers } from './msw-handlers.ts'
export type { MswHttp } from './msw-handlers.ts'
export type { TestCollector, TestRequest, WantedEvents } from './test-collector.ts'
export type { EventInput } from '@truecount/protocol'

/**
 * A collector in memory, for an application's own tests:
 * `createTracker({ key: 'tc_pk_test', endpoint: 'https://collector.test', fetch: collector.fetch })`.
 */
export function createTestCollector(): TestCollector {
  return createCollectorInMemory({
    startTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  })
}

import { http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createTracker } from '../../src/node/index.ts'
import { createTestCollector, lostAck, mswHandlers } from '../../src/testing/index.ts'

const collector = createTestCollector()
const server = setupServer(...mswHandlers(http, collector, 'https://events.example.com/'))

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => collector.clear())
afterAll(() => server.close())

test("an app that mocks its network with msw gets its tracker's events in the test collector", async () => {
  const tracker = createTracker({ key: 'tc_pk_test', endpoint: 'https://events.example.com' })
  tracker.track('signup', { plan: 'pro' })
  expect(await tracker.flush()).toEqual({ delivered: 1, waiting: 0, dropped: 0 })
  expect(collector.events('signup')).toMatchObject([{ metadata: { plan: 'pro' } }])
})

test('a lost answer is a network error there too', async () => {
  collector.failNext(lostAck())
  const tracker = createTracker({ key: 'tc_pk_test', endpoint: 'https://events.example.com' })
  tracker.track('signup')
  expect(await tracker.flush()).toEqual({ delivered: 1, waiting: 0, dropped: 0 })
  expect(collector.requests.map(({ status }) => status)).toEqual([undefined, 202])
  expect(tracker.stats()).toMatchObject({ duplicates: 1 })
})

test('without an endpoint any collector is meant', async () => {
  server.use(...mswHandlers(http, collector))
  const tracker = createTracker({ key: 'tc_pk_test', endpoint: 'https://elsewhere.example' })
  tracker.track('signup')
  await tracker.flush()
  expect(collector.events('signup')).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { startFromScriptTag } from '../src/script/start-from-script-tag.ts'
import { createScriptedTracker } from './scripted-tracker.ts'

const script = { dataset: { key: 'tc_pub', endpoint: 'https://c.example' } }

function start(page: { truecount?: unknown }, tag: Parameters<typeof startFromScriptTag>[0] = script) {
  const given: unknown[] = []
  const scripted = createScriptedTracker()
  startFromScriptTag(tag, page, (options) => (given.push(options), scripted.tracker))
  return { ...scripted, given }
}

test('calls made before the script was there are replayed in order, with all their arguments', async () => {
  const page = {
    truecount: {
      q: [
        ['track', 'a', { n: 1 }],
        ['identify', 'ann', { plan: 'pro' }],
        ['track', 'b', {}, { userId: 'bob' }],
      ],
    },
  }
  const { tracker, clock, stored } = start(page)
  expect(page.truecount).toBe(tracker)
  await clock.advance(2000)
  expect([...stored.values()]).toMatchObject([
    { event_name: 'a', metadata: { n: 1 } },
    { event_name: '$identify', user_id: 'ann', metadata: { traits: { plan: 'pro' } } },
    { event_name: 'b', user_id: 'bob' },
  ])
})

test('a stub that keeps its calls as arguments objects is replayed too', async () => {
  const q: unknown[] = []
  const stub = (..._: unknown[]) =>
    void q.push(
      function () {
        return arguments
      }.apply(undefined, _ as []),
    )
  stub('track', 'a')
  const { clock, stored } = start({ truecount: { q } })
  await clock.advance(2000)
  expect([...stored.values()]).toMatchObject([{ event_name: 'a' }])
})

test.each([
  ['nothing', undefined],
  ['no queue', {}],
  ['a queue that is none', { q: 5 }],
  [
    'a queue of nonsense',
    { q: [null, 5, [], ['nope', 1], ['constructor'], ['__proto__', 1], [Symbol('s')], { length: 1 }] },
  ],
])('a page that put %s there gets its tracker all the same', async (_, truecount) => {
  const page = { truecount: truecount as unknown }
  const { tracker, clock, stored } = start(page)
  expect(page.truecount).toBe(tracker)
  tracker.track('later')
  await clock.advance(2000)
  expect(stored.size).toBe(1)
})

test('one call that is none costs no other', async () => {
  const { clock, stored } = start({ truecount: { q: [['track', 'a'], null, ['track', 'b']] } })
  await clock.advance(2000)
  expect([...stored.values()].map(({ event_name }) => event_name)).toEqual(['a', 'b'])
})

test('the tag says key and endpoint; where it says nothing, the options are empty, to be told as problems', () => {
  expect(start({}).given).toEqual([{ key: 'tc_pub', endpoint: 'https://c.example' }])
  expect(start({}, { dataset: {} }).given).toEqual([{ key: '', endpoint: '' }])
  expect(start({}, null).given).toEqual([{ key: '', endpoint: '' }])
})

import { describe, expect, test } from 'vitest'
import { BATCH, call, collector, createClient, EVENTS, secret, UUID } from './client.ts'
import { countOf } from './count.ts'
import { fresh } from './fresh.ts'
import { startReceiver } from './receiver.ts'

/** The request as the contract prints it. */
const DOCUMENTED = `{
  "event_name": "user_signed_up",
  "user_id": "uuid",
  "timestamp": "2024-01-30T10:00:00Z",
  "metadata": {
    "plan": "pro",
    "source": "landing_page"
  },
  "idempotency_key": "optional-unique-key"
}`

describe('Single Event', () => {
  test('the request as it is documented: 202 {"event_id","status":"accepted"}', async () => {
    const answer = await call({
      method: 'POST',
      path: EVENTS,
      key: collector.secretKey,
      headers: { 'content-type': 'application/json' },
      body: DOCUMENTED,
    })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 202,
      body: { event_id: expect.stringMatching(UUID), status: 'accepted' },
    })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('event_name alone is an event', async () => {
    const event_name = fresh('alone')
    expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })
})

describe('A repeat of an `idempotency_key`', () => {
  test('answers the same status and the same `event_id`, plus the header Idempotency-Replayed: true', async () => {
    const event = { event_name: fresh('repeat'), idempotency_key: fresh('key') }
    const first = await secret.post(EVENTS, event)
    const second = await secret.post(EVENTS, event)
    const third = await createClient(collector.publishableKey).post(EVENTS, event)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    for (const repeat of [second, third]) {
      expect({ status: repeat.status, body: repeat.body }).toEqual({ status: 202, body: first.body })
      expect(repeat.headers.get('idempotency-replayed')).toBe('true')
    }
  })

  test('nothing is stored or counted again', async () => {
    const event = { event_name: fresh('counted'), user_id: 'u', idempotency_key: fresh('key') }
    for (let i = 0; i < 3; i++) expect((await secret.post(EVENTS, event)).status).toBe(202)
    await secret.post(BATCH, [event])
    expect(await countOf(event.event_name)).toBe(1)
  })

  test('with other contents is still the first event', async () => {
    const first = { event_name: fresh('first'), idempotency_key: fresh('key') }
    const other = { ...first, event_name: fresh('other'), user_id: 'someone', metadata: { other: true } }
    const stored = await secret.post(EVENTS, first)
    expect((await secret.post(EVENTS, other)).body).toEqual(stored.body)
    expect(await countOf(first.event_name)).toBe(1)
    expect(await countOf(other.event_name)).toBe(0)
  })

  test('that comes at the same time is one event too: one of 20 is new', async () => {
    const event = { event_name: fresh('race'), idempotency_key: fresh('key') }
    const answers = await Promise.all(Array.from({ length: 20 }, () => secret.post(EVENTS, event)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202))
    expect(new Set(answers.map(({ body }) => body['event_id'])).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null).length).toBe(1)
    expect(await countOf(event.event_name)).toBe(1)
  })

  test('fires nothing again', async () => {
    const name = fresh('fired')
    await using receiver = await startReceiver()
    await receiver.subscribe('/fired', [name])
    const event = { event_name: name, idempotency_key: fresh('key') }
    for (let i = 0; i < 3; i++) expect((await secret.post(EVENTS, event)).status).toBe(202)
    await secret.post(EVENTS, { event_name: name, user_id: 'later' })
    // The later event proves that the way was open for what must not come.
    await receiver.waitFor((all) => all.some(({ payload }) => payload['user_id'] === 'later'))
    expect(receiver.received().map(({ payload }) => payload['user_id'])).toEqual([null, 'later'])
  })
})

describe('The scope of an idempotency key is its project', () => {
  test('the same key in another project is another event', async ({ skip }) => {
    if (collector.other === undefined) return skip('needs TRUECOUNT_OTHER_SECRET_KEY')
    const event = { event_name: fresh('scope'), idempotency_key: fresh('key') }
    const other = createClient(collector.other.secretKey)
    const mine = await secret.post(EVENTS, event)
    const theirs = await other.post(EVENTS, event)
    expect(theirs.headers.get('idempotency-replayed')).toBeNull()
    expect(theirs.body['event_id']).not.toBe(mine.body['event_id'])
    expect([await countOf(event.event_name), await countOf(event.event_name, other)]).toEqual([1, 1])
  })

  test('for as long as the project keeps events: however old the event is', async () => {
    const event = { event_name: fresh('old'), timestamp: '1999-12-31T23:59:59Z', idempotency_key: fresh('key') }
    const first = await secret.post(EVENTS, event)
    const second = await secret.post(EVENTS, { ...event, timestamp: '2020-01-01T00:00:00Z' })
    expect(second.body).toEqual(first.body)
    expect(await countOf(event.event_name)).toBe(1)
  })

  test.each([
    ['letters', 'a', 'A'],
    ['space at the end', 'a', 'a '],
    ['composed and decomposed', 'é', 'e\u0301'],
    ['beyond a NUL', 'a\u0000b', 'a\u0000c'],
    ['half a surrogate pair', '\ud800', '\ud801'],
    ['half a surrogate pair and its replacement', '\udbff', '\ufffd'],
    ['number-like', '1', '1.0'],
  ])('two keys that differ are two events: %s', async (_what, one, two) => {
    const event_name = fresh('differ')
    const prefix = fresh('key')
    const answers = await Promise.all(
      [one, two].map((end) => secret.post(EVENTS, { event_name, idempotency_key: prefix + end })),
    )
    const accepted = answers.filter(({ status }) => status === 202)
    expect(answers.map(({ status }) => [202, 400].includes(status))).toEqual([true, true])
    expect(new Set(accepted.map(({ body }) => body['event_id'])).size).toBe(accepted.length)
    expect(await countOf(event_name)).toBe(accepted.length)
  })

  test('a key of 1,000 characters is a key, and its last character counts', async () => {
    const event_name = fresh('long')
    const key = fresh('key').padEnd(999, 'x')
    const ids = []
    for (const end of ['a', 'b', 'a']) {
      const { status, body } = await secret.post(EVENTS, { event_name, idempotency_key: key + end })
      expect(status).toBe(202)
      ids.push(body['event_id'])
    }
    expect(ids[0]).toBe(ids[2])
    expect(ids[0]).not.toBe(ids[1])
    expect(await countOf(event_name)).toBe(2)
  })
})

describe('event_id', () => {
  test('is a UUID, with a key and without', async () => {
    for (const event of [{ event_name: 'id' }, { event_name: 'id', idempotency_key: fresh('key') }]) {
      expect((await secret.post(EVENTS, event)).body['event_id']).toMatch(UUID)
    }
  })

  test('is a function of the project and the key alone: time, contents and route play no part', async () => {
    const idempotency_key = fresh('key')
    const rejected = await secret.post(EVENTS, { event_name: '', idempotency_key })
    expect(rejected.status).toBe(400)
    const single = await secret.post(EVENTS, { event_name: fresh('a'), idempotency_key })
    const batch = await secret.post(BATCH, [{ event_name: fresh('b'), metadata: { x: 1 }, idempotency_key }])
    expect(batch.body['results']).toEqual([{ ...single.body, duplicate: true }])
  })

  test('without a key is random: equal events are different events', async () => {
    const event = { event_name: fresh('equal'), user_id: 'u', timestamp: '2024-01-30T10:00:00Z' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => secret.post(EVENTS, event)))
    expect(new Set(answers.map(({ body }) => body['event_id'])).size).toBe(10)
    expect(await countOf(event.event_name)).toBe(10)
  })

  test('without a key is time-ordered', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      const before = Date.now()
      ids.push((await secret.post(EVENTS, { event_name: 'ordered' })).body['event_id'] as string)
      while (Date.now() <= before + 2) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(ids).toEqual(ids.toSorted())
  })
})

import { describe, expect, test } from 'vitest'
import { BATCH, call, collector, createClient, EVENTS, secret, UUID } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'
import { exchange, requestHead } from './raw-socket.ts'

const MB = 1_048_576
const json = { 'content-type': 'application/json' }
const accepted = { event_id: expect.stringMatching(UUID), status: 'accepted' }
const rejected = { status: 'rejected', error: 'invalid_request', message: expect.stringMatching(/\S/) }

/** So many events of one name, as JSON of exactly so many bytes: white space fills it up. */
function batchText(event_name: string, count: number, bytes: number): string {
  const events = Array.from({ length: count }, () => ({ event_name, metadata: { a: 'x'.repeat(9000) } }))
  const text = JSON.stringify(events)
  return `${text.slice(0, -1)}${' '.repeat(bytes - text.length)}]`
}

describe('Batch Events', () => {
  test('the request as it is documented', async () => {
    const body = `[
  {
    "event_name": "page_view",
    "user_id": "user123",
    "metadata": {"page": "/home"}
  }
]`
    const answer = await call({ method: 'POST', path: BATCH, key: collector.secretKey, headers: json, body })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 202,
      body: { accepted: 1, rejected: 0, results: [accepted] },
    })
    expect(Object.keys((answer.body['results'] as object[])[0] as object).sort()).toEqual(['event_id', 'status'])
  })

  test.each([1, 2, 100])('the body is a JSON array of 1 to 100 events: %i', async (length) => {
    const event_name = fresh('batch')
    const answer = await secret.post(
      BATCH,
      Array.from({ length }, () => ({ event_name })),
    )
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 202,
      body: { accepted: length, rejected: 0, results: Array.from({ length }, () => accepted) },
    })
    expect(new Set((answer.body['results'] as { event_id: string }[]).map(({ event_id }) => event_id)).size).toBe(
      length,
    )
    expect(await countOf(event_name)).toBe(length)
  })

  test.each([[[]], [{}], [{ event_name: 'alone' }], [null], ['[]'], [1]])(
    'the body is a JSON array of 1 to 100 events: %j is none',
    async (value) => expectError(await secret.post(BATCH, value), 400, 'invalid_request'),
  )
})

describe('Verdicts are per event, in order', () => {
  test('and one bad event never blocks its neighbours', async () => {
    const event_name = fresh('mixed')
    const duplicate = { event_name, idempotency_key: fresh('key') }
    const { body: stored } = await secret.post(EVENTS, duplicate)
    const answer = await secret.post(BATCH, [
      { event_name },
      { event_name: '' },
      duplicate,
      null,
      [],
      'text',
      { event_name, user_id: 1 },
      { event_name },
      {},
    ])
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 202,
      body: {
        accepted: 3,
        rejected: 6,
        results: [
          accepted,
          rejected,
          { ...stored, duplicate: true },
          rejected,
          rejected,
          rejected,
          rejected,
          accepted,
          rejected,
        ],
      },
    })
    expect(await countOf(event_name)).toBe(3)
  })

  test('a rejected event says what the single route would say of it', async () => {
    const bad = { event_name: fresh('bad'), timestamp: 'yesterday' }
    const single = await secret.post(EVENTS, bad)
    const batch = await secret.post(BATCH, [{ event_name: 'good' }, bad])
    const { error, message } = single.body
    expect((batch.body['results'] as object[])[1]).toEqual({ status: 'rejected', error, message })
  })

  test('400 with the same body plus the three error fields when none was accepted', async () => {
    const answer = await secret.post(BATCH, [{ event_name: '' }, { user_id: 'u' }])
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: {
        accepted: 0,
        rejected: 2,
        results: [rejected, rejected],
        error: 'invalid_request',
        message: expect.stringMatching(/\S/),
        code: 400,
      },
    })
  })

  test('a duplicate counts as accepted: 202 when all are duplicates', async () => {
    const event = { event_name: fresh('again'), idempotency_key: fresh('key') }
    const first = await secret.post(BATCH, [event])
    const second = await secret.post(BATCH, [event, { event_name: '' }])
    const { event_id } = (first.body['results'] as { event_id: string }[])[0] as { event_id: string }
    expect({ status: second.status, body: second.body }).toEqual({
      status: 202,
      body: { accepted: 1, rejected: 1, results: [{ event_id, status: 'accepted', duplicate: true }, rejected] },
    })
    expect(await countOf(event.event_name)).toBe(1)
  })

  test('two events of one batch with the same key: the first is stored, the second is its duplicate', async () => {
    const one = { event_name: fresh('one'), idempotency_key: fresh('key') }
    const two = { ...one, event_name: fresh('two') }
    const { body } = await secret.post(BATCH, [one, two])
    const [first, second] = body['results'] as [Record<string, unknown>, Record<string, unknown>]
    expect([first, second]).toEqual([accepted, { ...first, duplicate: true }])
    expect([await countOf(one.event_name), await countOf(two.event_name)]).toEqual([1, 0])
  })

  test('an invalid event does not make a duplicate of a valid one with its key', async () => {
    const event = { event_name: fresh('valid'), idempotency_key: fresh('key') }
    const { body } = await secret.post(BATCH, [{ ...event, user_id: 1 }, event])
    expect(body['results']).toEqual([rejected, accepted])
    expect(await countOf(event.event_name)).toBe(1)
  })

  test('Metadata over 10 KB rejects that event only', async () => {
    const event_name = fresh('heavy')
    const { body } = await secret.post(BATCH, [{ event_name }, { event_name, metadata: { a: 'x'.repeat(10_240) } }])
    expect(body['results']).toEqual([accepted, rejected])
    expect(await countOf(event_name)).toBe(1)
  })
})

describe('Max 100 events per batch, 1MB total payload', () => {
  test('More than 100 events: 400 batch_too_large, nothing stored', async () => {
    const event_name = fresh('many')
    for (const length of [101, 1000]) {
      const answer = await secret.post(
        BATCH,
        Array.from({ length }, () => ({ event_name })),
      )
      expectError(answer, 400, 'batch_too_large')
    }
    expect(await countOf(event_name)).toBe(0)
  })

  test('A body of exactly 1 MB is taken', async () => {
    const event_name = fresh('full')
    const body = batchText(event_name, 100, MB)
    const answer = await call({ method: 'POST', path: BATCH, key: collector.secretKey, headers: json, body })
    expect([answer.status, answer.body['accepted']]).toEqual([202, 100])
    expect(await countOf(event_name)).toBe(100)
  })

  test.each([BATCH, EVENTS])('Body over 1 MB: 413 payload_too_large, nothing stored: %s', async (path) => {
    const event_name = fresh('over')
    const batch = batchText(event_name, 100, MB + 1)
    const single = `{"event_name":"${event_name}"${' '.repeat(MB - event_name.length - 16)}}`
    expect(single.length).toBe(MB + 1)
    const body = path === BATCH ? batch : single
    expectError(
      await call({ method: 'POST', path, key: collector.secretKey, headers: json, body }),
      413,
      'payload_too_large',
    )
    expect(await countOf(event_name)).toBe(0)
  })

  test('refused without reading on: a promised gigabyte is refused before it is sent', async () => {
    const head = requestHead('POST', BATCH, { 'content-length': '1000000000', ...json })
    const { answers } = await exchange({ chunks: [head, '[{"event_name":"x"}'], until: (text) => text.includes('}') })
    expect(answers[0]?.status).toBe(413)
    expect(JSON.parse(answers[0]?.body as string)).toMatchObject({ error: 'payload_too_large', code: 413 })
  })

  test('refused without reading on: a body without an end is refused soon after its first MB', async () => {
    const head = requestHead('POST', BATCH, { 'transfer-encoding': 'chunked', ...json })
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const { answers, sentBytes } = await exchange({
      chunks: [head],
      thenForever: chunk,
      until: (text) => text.includes('payload_too_large'),
    })
    expect(answers[0]?.status).toBe(413)
    // What the sockets of both sides hold in between is a few MB.
    expect(sentBytes).toBeLessThan(64 * MB)
  })
})

describe('Batches that arrive together', () => {
  test('with the same keys in another order store each event once', async () => {
    const event_name = fresh('together')
    const events = Array.from({ length: 100 }, (_, i) => ({ event_name, idempotency_key: `${event_name} ${i}` }))
    const client = createClient(collector.publishableKey)
    const answers = await Promise.all([
      client.post(BATCH, events),
      client.post(BATCH, events.toReversed()),
      client.post(BATCH, events),
    ])
    expect(answers.map(({ status, body }) => [status, body['accepted']])).toEqual([
      [202, 100],
      [202, 100],
      [202, 100],
    ])
    const results = answers.flatMap(({ body }) => body['results'] as { duplicate?: true }[])
    expect(results.filter(({ duplicate }) => duplicate !== true).length).toBe(100)
    expect(await countOf(event_name)).toBe(100)
  })
})

import { expect, test } from 'vitest'
import { classifyResponse, parseRetryAfter } from '../src/send/classify-response.ts'

const accepted = { status: 'accepted', event_id: 'e' }
const rejected = { status: 'rejected', error: 'invalid_request', message: 'no' }
const answer = (...results: unknown[]) => JSON.stringify({ accepted: 1, rejected: 0, results })

test.each([
  ['202 with a verdict for each', 202, answer(accepted, accepted), [accepted, accepted]],
  [
    '202 with a duplicate',
    202,
    answer(accepted, { ...accepted, duplicate: true }),
    [accepted, { ...accepted, duplicate: true }],
  ],
  ['200 with a verdict for each', 200, answer(accepted, rejected), [accepted, rejected]],
  ['400 whose verdicts reject all', 400, answer(rejected, rejected), [rejected, rejected]],
])('a batch is acknowledged only by a verdict for each event: %s', (_, status, body, verdicts) => {
  expect(classifyResponse(status, body, 2, 0)).toEqual({ verdicts })
})

test.each([
  ['a captive portal', 200, '<p>Welcome</p>'],
  ['an empty body', 202, ''],
  ['JSON that is no answer', 200, '"ok"'],
  ['null', 200, 'null'],
  ['success without verdicts', 200, '{"status":1}'],
  ['too few verdicts', 202, answer(accepted)],
  ['too many verdicts', 202, answer(accepted, accepted, accepted)],
  ['verdicts that are no array', 202, '{"results":{"length":2}}'],
  ['a verdict of no known kind', 202, answer(accepted, { status: 'queued' })],
  ['a verdict that is null', 202, answer(accepted, null)],
  ['a verdict that can be no text', 202, answer(accepted, { status: { toString: 1, valueOf: 1 } })],
  ['no content', 204, ''],
  ['a redirect', 302, ''],
  ['verdicts under an error status', 503, answer(accepted, accepted)],
  ['not found', 404, '{"error":"not_found","message":"No route"}'],
  ['timeout', 408, ''],
  ['conflict', 409, ''],
  ['too early', 425, ''],
  ['too many requests', 429, ''],
  ['server error', 500, ''],
  ['bad gateway', 502, '<html>'],
  ['unavailable', 503, ''],
  ['no status at all', undefined as never, ''],
])('an answer that names no event keeps them all: %s', (_, status, body) => {
  expect(classifyResponse(status, body, 2, 0).kind).toBe('retry')
})

test.each([
  [400, 'refused'],
  [413, 'too_large'],
  [401, 'unauthorized'],
  [403, 'unauthorized'],
] as const)('%i without verdicts refuses the request: %s', (status, kind) => {
  const body = JSON.stringify({ error: 'x', message: 'because', code: status })
  expect(classifyResponse(status, body, 2, 5000)).toEqual({
    kind,
    message: `${status} ${body}`,
    afterMs: 5000,
  })
  expect(classifyResponse(status, 'not JSON', 2, 0)).toEqual({
    kind,
    message: `${status} not JSON`,
    afterMs: 0,
  })
})

test('a message that can be no text does not stand in the way of the status', () => {
  const body = JSON.stringify({ message: { toString: 1, valueOf: 1 } })
  expect(classifyResponse(400, body, 2, 0)).toMatchObject({ kind: 'refused' })
})

test('the reason quotes a long body only in part', () => {
  const outcome = classifyResponse(500, 'x'.repeat(1_000_000), 2, 0)
  expect(outcome.kind === 'retry' && outcome.message.length).toBeLessThan(300)
})

test('the wait that the collector asks for is passed on, with any status that is tried again', () => {
  expect(classifyResponse(429, 'slow down', 1, 2000)).toEqual({
    kind: 'retry',
    message: '429 slow down',
    afterMs: 2000,
  })
  expect(classifyResponse(503, '', 1, 0)).toMatchObject({ afterMs: 0 })
})

const NOW = Date.UTC(2024, 0, 30, 10, 0, 0)

test.each([
  ['120', 120_000],
  ['0', 0],
  ['1.5', 1500],
  ['Tue, 30 Jan 2024 10:00:07 GMT', 7000],
  ['Tuesday, 30-Jan-24 10:00:07 GMT', 7000],
  ['-5', 0],
  ['Tue, 30 Jan 2024 09:00:00 GMT', 0],
  ['999999999999', 86_400_000],
  ['Infinity', 86_400_000],
  ['1e300', 86_400_000],
  ['Sun, 30 Jan 2050 10:00:00 GMT', 86_400_000],
])('Retry-After %s is %i ms', (field, waitMs) => {
  expect(parseRetryAfter(field, NOW)).toBe(waitMs)
})

test.each([[null], [''], [' '], ['soon'], ['NaN'], ['12 parsecs'], ['2024-99-99']])(
  'an unreadable Retry-After (%j) asks for nothing',
  (field) => {
    expect(parseRetryAfter(field, NOW)).toBe(0)
  },
)

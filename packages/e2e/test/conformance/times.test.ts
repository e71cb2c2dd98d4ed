import { describe, expect, test } from 'vitest'
import { EVENTS, secret } from './client.ts'
import { analyse } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh, iso } from './fresh.ts'
import { startReceiver } from './receiver.ts'

/** Whether an event sent with this timestamp is stored at this very millisecond. */
async function expectStoredAt(timestamp: string, instant: string): Promise<void> {
  const event_name = fresh('at')
  const { status, text } = await secret.post(EVENTS, { event_name, timestamp })
  expect({ status, text }).toMatchObject({ status: 202 })
  const ms = Date.parse(instant)
  const count = async (from: number, to: number) =>
    (await analyse({ event_name, from: new Date(from).toISOString(), to: new Date(to).toISOString() }))['count']
  expect([await count(ms - 1000, ms), await count(ms, ms + 1), await count(ms + 1, ms + 1000)]).toEqual([0, 1, 0])
}

describe('Times are stored in milliseconds UTC. ISO 8601 in', () => {
  test.each([
    ['date-time with Z', '2024-01-30T10:00:00Z', '2024-01-30T10:00:00.000Z'],
    ['or an offset', '2024-01-30T11:30:00+01:30', '2024-01-30T10:00:00.000Z'],
    ['or an offset into the day before', '2024-03-01T00:30:00+05:45', '2024-02-29T18:45:00.000Z'],
    ['or an offset into the year after', '2023-12-31T23:00:00-08:00', '2024-01-01T07:00:00.000Z'],
    ['fractions allowed: tenths', '2024-01-30T10:00:00.5Z', '2024-01-30T10:00:00.500Z'],
    ['fractions allowed: milliseconds', '2024-01-30T10:00:00.007Z', '2024-01-30T10:00:00.007Z'],
    ['fractions allowed: microseconds', '2024-01-30T10:00:00.123456Z', '2024-01-30T10:00:00.123Z'],
    [
      'fractions allowed: nanoseconds with an offset',
      '2024-01-30T11:00:00.999000001+01:00',
      '2024-01-30T10:00:00.999Z',
    ],
    ['without an offset it is UTC', '2024-01-30T10:00:00', '2024-01-30T10:00:00.000Z'],
    ['without seconds', '2024-01-30T10:00Z', '2024-01-30T10:00:00.000Z'],
    ['a bare date is midnight UTC', '2024-01-30', '2024-01-30T00:00:00.000Z'],
    ['a leap day', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['long ago', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['before 1970', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['far ahead', '2199-12-31T23:59:59Z', '2199-12-31T23:59:59.000Z'],
  ])('%s: %s', (_what, timestamp, instant) => expectStoredAt(timestamp, instant))
})

describe('A date that does not exist is an error', () => {
  test.each([
    '2024-02-30',
    '2023-02-29',
    '2024-02-30T10:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-30T25:00:00Z',
    '2024-01-30T10:60:00Z',
    '2024-01-30T10:00:61Z',
    '2024-01-30T10:00:00+25:00',
    '1900-02-29',
  ])('%s', async (timestamp) => {
    const event_name = fresh('none')
    const answer = await secret.post(EVENTS, { event_name, timestamp })
    expectError(answer, 400, 'invalid_request')
    expect(answer.body['message']).toContain('timestamp')
  })
})

describe('Out: v1 prints 2024-01-30T10:00:00Z (with .mmm only where milliseconds are not zero)', () => {
  test.each([
    ['2024-01-30T10:00:00Z', '2024-01-30T10:00:00Z'],
    ['2024-01-30T10:00:00.000Z', '2024-01-30T10:00:00Z'],
    ['2024-01-30T10:00:00.120Z', '2024-01-30T10:00:00.120Z'],
    ['2024-01-30T10:00:00.1239999Z', '2024-01-30T10:00:00.123Z'],
    ['2024-01-30', '2024-01-30T00:00:00Z'],
    ['2024-01-30T11:00:00+01:00', '2024-01-30T10:00:00Z'],
  ])('in webhooks: %s is %s', async (timestamp, printed) => {
    await using receiver = await startReceiver()
    const event_name = fresh('printed')
    await receiver.subscribe('/printed', [event_name])
    await secret.post(EVENTS, { event_name, timestamp })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received()[0]?.payload['timestamp']).toBe(printed)
  })

  test('in analytics', async () => {
    const from = Date.parse('2024-01-30T10:00:00Z')
    const answer = await analyse({
      event_name: fresh('none'),
      from: iso(from),
      to: iso(from + 120_000),
      interval: '1m',
    })
    expect((answer['time_buckets'] as { timestamp: string }[]).map(({ timestamp }) => timestamp)).toEqual([
      '2024-01-30T10:00:00Z',
      '2024-01-30T10:01:00Z',
    ])
  })
})

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatTimestamp, parseTimestamp } from '../src/timestamp.ts'

describe('parseTimestamp', () => {
  test.each([
    ['2024-01-30T10:00:00Z', '2024-01-30T10:00:00.000Z'],
    ['2024-01-30t10:00:00z', '2024-01-30T10:00:00.000Z'],
    ['2024-01-30T10:00:00', '2024-01-30T10:00:00.000Z'],
    ['2024-01-30T10:00', '2024-01-30T10:00:00.000Z'],
    ['2024-01-30', '2024-01-30T00:00:00.000Z'],
    ['2024-01-30T10:00:00.5Z', '2024-01-30T10:00:00.500Z'],
    ['2024-01-30T10:00:00,1239Z', '2024-01-30T10:00:00.123Z'],
    ['2024-01-30T10:00:00+05:30', '2024-01-30T04:30:00.000Z'],
    ['2024-01-30T10:00:00-0800', '2024-01-30T18:00:00.000Z'],
    ['2024-01-30T10:00:00+01', '2024-01-30T09:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['0099-12-31', '0099-12-31T00:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(new Date(parseTimestamp(text) as number).toISOString()).toBe(instant)
  })

  test.each([
    '',
    'now',
    '1706608800',
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-01-30T24:00:00Z',
    '2024-01-30T10:60:00Z',
    '2024-01-30T10:00:60Z',
    '2024-01-30T10:00:00+99:00',
    '2024-01-30T10:00:00+01:60',
    '2024-01-30 10:00:00',
    '2024-1-30',
    ' 2024-01-30',
    '2024-01-30Z',
    '2024-01-30T10:00:00ZZ',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  test('undoes formatTimestamp for every instant of the years 0 to 9999', () => {
    const anyInstant = fc.integer({
      min: Date.parse('0000-01-01T00:00:00Z'),
      max: Date.parse('9999-12-31T23:59:59.999Z'),
    })
    fc.assert(
      fc.property(anyInstant, (ms) => {
        expect(parseTimestamp(formatTimestamp(ms))).toBe(ms)
      }),
    )
  })
})

test('formatTimestamp shows milliseconds only where they are not zero', () => {
  expect(formatTimestamp(Date.parse('2024-01-30T10:00:00Z'))).toBe('2024-01-30T10:00:00Z')
  expect(formatTimestamp(Date.parse('2024-01-30T10:00:00.050Z'))).toBe('2024-01-30T10:00:00.050Z')
})

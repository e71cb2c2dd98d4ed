import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFixedTimestamp } from '../src/fixed-timestamp.ts'
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

describe('The form that nearly every sender writes', () => {
  const number = (min: number, max: number, digits: number) =>
    fc.integer({ min, max }).map((value) => String(value).padStart(digits, '0'))
  const dates = fc.tuple(number(1000, 9999, 4), number(0, 13, 2), number(0, 32, 2)).map((parts) => parts.join('-'))
  const times = fc.tuple(number(0, 24, 2), number(0, 60, 2), number(0, 60, 2)).map((parts) => parts.join(':'))
  const fractions = fc.oneof(
    fc.constant(''),
    number(0, 999, 3).map((digits) => `.${digits}`),
  )

  test('is read as the same instant written with an offset, and exists when that does', () => {
    fc.assert(
      fc.property(dates, times, fractions, (date, time, fraction) => {
        expect(readFixedTimestamp(`${date}T${time}${fraction}Z`)).toBe(
          parseTimestamp(`${date}T${time}${fraction}+00:00`),
        )
      }),
      { numRuns: 5_000 },
    )
  })

  test('with any character replaced is never read otherwise than the other forms are', () => {
    const character = fc.oneof(
      fc.constantFrom(...Array.from('0123456789-:TZtz.,+ ')),
      fc.string({ unit: 'binary', maxLength: 1 }),
    )
    const real = fc.tuple(number(1000, 9999, 4), number(1, 12, 2), number(1, 28, 2), fractions)
    fc.assert(
      fc.property(real, fc.nat(23), character, ([year, month, day, fraction], place, replacement) => {
        const text = `${year}-${month}-${day}T10:20:30${fraction}Z`
        const changed = text.slice(0, place) + replacement + text.slice(place + 1)
        const fixed = readFixedTimestamp(changed)
        if (fixed === undefined) return
        expect(fixed).toBe(parseTimestamp(changed.replace(/Z$/, '+00:00')))
      }),
      { numRuns: 5_000 },
    )
  })
})

test('formatTimestamp shows milliseconds only where they are not zero', () => {
  expect(formatTimestamp(Date.parse('2024-01-30T10:00:00Z'))).toBe('2024-01-30T10:00:00Z')
  expect(formatTimestamp(Date.parse('2024-01-30T10:00:00.050Z'))).toBe('2024-01-30T10:00:00.050Z')
})

import { readFixedTimestamp } from './fixed-timestamp.ts'

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?$/

const MINUTE_MS = 60_000

/** The years 0000 to 9999 in UTC: what four digits can print. */
const FIRST_MS = -62_167_219_200_000
const LAST_MS = 253_402_300_799_999

/**
 * Reads an ISO 8601 date-time as milliseconds since 1970 UTC.
 * `Z` or an offset; without one it is UTC; a bare date is midnight UTC; digits beyond milliseconds are cut.
 * Returns `undefined` for anything else, and for a date or time that does not exist (`2024-02-30`, `24:00`, `+99:00`).
 */
export function parseTimestamp(text: string): number | undefined {
  return readFixedTimestamp(text) ?? readAnyTimestamp(text)
}

function readAnyTimestamp(text: string): number | undefined {
  const match = ISO_8601.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const millisecond = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second, millisecond)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offset = offsetMs(match[9], match[10], match[11])
  if (offset === undefined) return undefined
  const ms = date.getTime() - offset
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined
}

/** ISO 8601 in UTC, with `.mmm` only where the milliseconds are not zero: how the v1 API prints every instant. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

function offsetMs(sign: string | undefined, hours = '0', minutes = '0'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
  return sign === '-' ? -size : size
}

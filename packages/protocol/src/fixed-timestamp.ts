const ZERO = 48
const DASH = 45
const DOT = 46
const COLON = 58
const T = 84
const Z = 90
const DAY_MS = 86_400_000
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads the one form that nearly every sender writes, `YYYY-MM-DDTHH:MM:SS.mmmZ` with or without the milliseconds, as
 * milliseconds since 1970 UTC. Returns `undefined` for every other text, valid or not, and for the years before 1000.
 */
export function readFixedTimestamp(text: string): number | undefined {
  const { length } = text
  if ((length !== 24 && length !== 20) || text.charCodeAt(length - 1) !== Z || !hasMarks(text)) return undefined
  const year = pairAt(text, 0) * 100 + pairAt(text, 2)
  const month = pairAt(text, 5)
  const day = pairAt(text, 8)
  const hour = pairAt(text, 11)
  const minute = pairAt(text, 14)
  const second = pairAt(text, 17)
  const millisecond =
    length === 20 ? 0 : text.charCodeAt(19) === DOT ? pairAt(text, 20) * 10 + digitAt(text, 22) : Number.NaN
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && hour < 24 && minute < 60
  // No comparison holds for NaN, which is what a digit is that is none.
  if (!(exists && second < 60 && year >= 1000 && millisecond >= 0)) return undefined
  return daysSince1970(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
}

function hasMarks(text: string): boolean {
  return (
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    text.charCodeAt(10) === T &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON
  )
}

function digitAt(text: string, index: number): number {
  const digit = text.charCodeAt(index) - ZERO
  return digit >= 0 && digit <= 9 ? digit : Number.NaN
}

function pairAt(text: string, index: number): number {
  return digitAt(text, index) * 10 + digitAt(text, index + 1)
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] as number)
}

/** Counts from March, so that a leap day is the last of its year. Source: H. Hinnant, `days_from_civil`. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}

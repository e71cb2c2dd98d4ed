import { randomBytes, randomInt } from 'node:crypto'

const HOUR_MS = 3_600_000
const FIRST_HOUR = Date.UTC(1990, 0) / HOUR_MS
const LAST_HOUR = Date.UTC(2020, 0) / HOUR_MS

/** A text that no earlier test, and no earlier run against the same collector, has used. */
export function fresh(beginning: string): string {
  return `${beginning}_${randomBytes(6).toString('hex')}`
}

/** The start of an hour of the past that no other test uses, in milliseconds. */
export function freshHour(): number {
  return randomInt(FIRST_HOUR, LAST_HOUR) * HOUR_MS
}

/** A key that no project has; as long as keys are. */
export function unknownKey(like: string): string {
  return like.slice(0, -12) + randomBytes(6).toString('hex')
}

export function iso(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

import { attempt } from './attempt.ts'

/** What was thrown, in words. Never throws itself: anything can be thrown, also what has no text. */
export function errorText(cause: unknown): string {
  return attempt(() => String(cause)) ?? 'an error'
}

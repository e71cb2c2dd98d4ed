import { attempt } from './attempt.ts'
import type { Clock } from './clock.ts'

/** What each option must be that is no number, and how to say so. */
const KINDS: Readonly<Record<string, readonly [isGood: (value: never) => unknown, rule: string]>> = {
  beforeSend: [(value) => [value].flat().every(isFunction), 'give a function, or a list of them'],
  clock: [(value: Clock) => isFunction(value.now) && isFunction(value.startTimer), 'give { now, startTimer }'],
  consent: [(value) => ['granted', 'pending', 'denied'].includes(value), "give 'granted', 'pending' or 'denied'"],
  fetch: [isFunction, 'give a function like fetch'],
  queue: [(value: { open: unknown }) => isFunction(value.open), "give what fileQueue('./folder') returns"],
  waitUntil: [isFunction, 'give a function that takes a promise'],
}

/** A wrong one is as if it were not given: whoever uses it while a disabled tracker is made meets no surprise. */
export function problemsOfKinds(options: Record<string, unknown>, usual: Record<string, unknown>): string[] {
  return Object.entries(KINDS).flatMap(([name, [isGood, rule]]) => {
    if (options[name] == null || attempt(() => isGood(options[name] as never))) return []
    options[name] = usual[name]
    return [`${name}: ${rule}`]
  })
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

import { formatTimestamp, type JsonObject } from '@truecount/protocol'
import { array, boolean, define, literal, refine, string, type } from 'superstruct'
import { described, list, maybe, orNull, text, whole } from '../http/schema.ts'
import type { Rule } from '../store/registry.ts'
import { MAX_COUNT, parseWithin } from './counting.ts'

const MAX_NAME_CHARACTERS = 200
const MAX_ACTIONS = 10

/** Judged by the compiler of conditions, which knows the place of what is wrong. */
const Conditions = described(
  define<JsonObject>('conditions', (value) => value !== undefined || 'is required'),
  { type: 'object', description: 'MongoDB query syntax over event_name, user_id, timestamp and metadata' },
)

const WITHIN = 'must be a whole number of s, m, h or d, from 1s to 31d, such as 10m'
const Within = described(
  define<string>('within', (value) => parseWithin(value) !== undefined || WITHIN),
  { type: 'string', description: 'A whole number of s, m, h or d, at most 31d' },
)
const COUNTED_BY = /^(?=.{1,200}$)(user_id|event_name|metadata(\.(?!\$)[^.]+){1,19})$/
const BY = 'must be user_id, event_name or a path into metadata, such as metadata.plan'
const CountedBy = described(
  define<string>('by', (value) => (typeof value === 'string' && COUNTED_BY.test(value)) || BY),
  { type: 'string', description: 'What is counted apart; all matching events together if left out' },
)
const windowMembers = { count: whole(1, MAX_COUNT), within: Within, by: maybe(CountedBy) }

/** Strict, because a misspelt `by` would count all users together without a word. */
const Window = refine(type(windowMembers), 'window', (value) => {
  const stranger = Object.keys(value).find((name) => !Object.hasOwn(windowMembers, name))
  return stranger === undefined || `has no member ${stranger}: use ${Object.keys(windowMembers).join(', ')}`
})
const MaybeWindow = maybe(orNull(Window))

const Action = type({ type: literal('webhook'), webhook_id: string() })
const members = { name: text(1, MAX_NAME_CHARACTERS), actions: list(Action, 1, MAX_ACTIONS) }

export const RuleSchema = type({ ...members, conditions: Conditions, window: MaybeWindow, enabled: maybe(boolean()) })

export const RulePatchSchema = type({
  name: maybe(members.name),
  conditions: maybe(Conditions),
  window: MaybeWindow,
  actions: maybe(members.actions),
  enabled: maybe(boolean()),
})

/** What a rule is without a name and actions. */
export const tried = { conditions: Conditions, window: MaybeWindow }

export const ShownRule = type({
  id: string(),
  name: string(),
  conditions: Conditions,
  window: maybe(Window),
  actions: array(Action),
  enabled: boolean(),
  created_at: string(),
})

export function shownRule({ id, name, conditions, window, actions, enabled, createdAtMs }: Rule) {
  const counting = window === null ? {} : { window }
  return { id, name, conditions, ...counting, actions, enabled, created_at: formatTimestamp(createdAtMs) }
}

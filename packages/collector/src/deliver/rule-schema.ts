import { formatTimestamp, type JsonObject } from '@truecount/protocol'
import { array, boolean, define, literal, string, type } from 'superstruct'
import { described, list, maybe, text, whole } from '../http/schema.ts'
import type { Rule } from '../store/registry.ts'

const MAX_NAME_CHARACTERS = 200
const MAX_ACTIONS = 10

/** Most events that one dry run looks at. */
const MAX_DRY_RUN_EVENTS = 1_000

/** Judged by the compiler of conditions, which knows the place of what is wrong. */
const Conditions = described(
  define<JsonObject>('conditions', (value) => value !== undefined || 'is required'),
  { type: 'object', description: 'MongoDB query syntax over event_name, user_id, timestamp and metadata' },
)
const Action = type({ type: literal('webhook'), webhook_id: string() })
const members = { name: text(1, MAX_NAME_CHARACTERS), actions: list(Action, 1, MAX_ACTIONS) }

export const RuleSchema = type({ ...members, conditions: Conditions, enabled: maybe(boolean()) })

export const RulePatchSchema = type({
  name: maybe(members.name),
  conditions: maybe(Conditions),
  actions: maybe(members.actions),
  enabled: maybe(boolean()),
})

export const DryRunSchema = type({ conditions: Conditions, limit: maybe(whole(1, MAX_DRY_RUN_EVENTS)) })

export const ShownRule = type({
  id: string(),
  name: string(),
  conditions: Conditions,
  actions: array(Action),
  enabled: boolean(),
  created_at: string(),
})

export function shownRule({ id, name, conditions, actions, enabled, createdAtMs }: Rule) {
  return { id, name, conditions, actions, enabled, created_at: formatTimestamp(createdAtMs) }
}

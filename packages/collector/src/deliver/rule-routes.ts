import { formatTimestamp, type JsonObject } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, boolean, define, literal, optional, size, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey, Rule, Rules, Webhooks } from '../store/registry.ts'
import { compileConditions } from './conditions.ts'

export interface RuleRouteParts {
  readonly rules: Rules
  readonly webhooks: Webhooks
  /** Awaited before a creation is answered. */
  readonly onChange: () => Promise<void>
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

const PATH = '/api/v1/rules'
const MAX_NAME_CHARACTERS = 200
const MAX_ACTIONS = 10

const RuleSchema = type({
  name: size(string(), 1, MAX_NAME_CHARACTERS),
  // Judged by the compiler of conditions, which knows the place of what is wrong.
  conditions: define<JsonObject>('conditions', (value) => value !== undefined || 'is required'),
  actions: size(array(type({ type: literal('webhook'), webhook_id: string() })), 1, MAX_ACTIONS),
  enabled: optional(boolean()),
})

export function createRuleRoutes(parts: RuleRouteParts): readonly Route[] {
  return [
    { method: 'POST', path: PATH, access: 'secret', handle: (ctx, key) => create(ctx, key, parts) },
    { method: 'GET', path: PATH, access: 'secret', handle: (ctx, key) => list(ctx, key, parts.rules) },
  ]
}

async function create(ctx: Context, key: ApiKey, parts: RuleRouteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, RuleSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const { name, conditions, actions, enabled = true } = checked.value
  const compiled = compileConditions(conditions)
  if (!compiled.ok) return answerError(ctx, compiled)
  const known = new Set((await parts.webhooks.list(key.projectId)).map(({ id }) => id))
  const stranger = actions.findIndex(({ webhook_id }) => !known.has(webhook_id))
  if (stranger >= 0) {
    const message = `actions.${stranger}.webhook_id: the project has no webhook ${actions[stranger]?.webhook_id}`
    return answerError(ctx, refuse('invalid_request', message))
  }
  const rule: Rule = {
    id: timeUuid(parts.now(), parts.randomBytes),
    projectId: key.projectId,
    name,
    conditions,
    actions: actions.map(({ type: kind, webhook_id }) => ({ type: kind, webhook_id })),
    enabled,
    createdAtMs: parts.now(),
  }
  await parts.rules.create(rule)
  await parts.onChange()
  ctx.status = 201
  ctx.body = shown(rule)
}

async function list(ctx: Context, key: ApiKey, rules: Rules): Promise<void> {
  ctx.body = { data: (await rules.list(key.projectId)).map(shown) }
}

function shown({ id, name, conditions, actions, enabled, createdAtMs }: Rule) {
  return { id, name, conditions, actions, enabled, created_at: formatTimestamp(createdAtMs) }
}

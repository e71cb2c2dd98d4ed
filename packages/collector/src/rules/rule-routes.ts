import type { Context } from 'koa'
import { array, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { type Outcome, type Refusal, refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { pathParameter, type Route } from '../http/route.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey, Rule, Rules, Webhooks } from '../store/registry.ts'
import { compileRule } from './compile-rule.ts'
import type { RuleBook } from './rule-book.ts'
import { RulePatchSchema, RuleSchema, ShownRule, shownRule } from './rule-schema.ts'

export interface RuleRouteParts {
  readonly rules: Rules
  readonly webhooks: Webhooks
  /** Told of every change before it is answered. */
  readonly ruleBook: Pick<RuleBook, 'put' | 'remove'>
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export const RULES_PATH = '/api/v1/rules'
const MAX_RULES = 10_000

const ONE = `${RULES_PATH}/:id`
const CREATE_DOC: RouteDoc = {
  summary: 'Create a rule; with a window, one that fires when so many of its events come within a time',
  body: RuleSchema,
  answer: { status: 201, description: 'The rule', body: ShownRule },
}
const shownAnswer = { status: 200, description: 'The rule', body: ShownRule } as const

export function createRuleRoutes(parts: RuleRouteParts): readonly Route[] {
  const access = 'secret'
  return [
    {
      method: 'POST',
      path: RULES_PATH,
      access,
      doc: CREATE_DOC,
      handle: (ctx, key) => create(ctx, key, parts),
    },
    {
      method: 'GET',
      path: RULES_PATH,
      access,
      doc: {
        summary: 'List the rules',
        answer: { status: 200, description: 'Oldest first', body: type({ data: array(ShownRule) }) },
      },
      handle: async (ctx, { projectId }) => {
        ctx.body = { data: (await parts.rules.list(projectId)).map(shownRule) }
      },
    },
    {
      method: 'GET',
      path: ONE,
      access,
      doc: { summary: 'Get a rule', answer: shownAnswer },
      handle: async (ctx, key) => {
        const rule = await findRule(ctx, key, parts.rules)
        if (!rule.ok) return answerError(ctx, rule)
        ctx.body = shownRule(rule.value)
      },
    },
    {
      method: 'PATCH',
      path: ONE,
      access,
      doc: { summary: 'Change a rule, or switch it off and on', body: RulePatchSchema, answer: shownAnswer },
      handle: (ctx, key) => update(ctx, key, parts),
    },
    {
      method: 'DELETE',
      path: ONE,
      access,
      doc: { summary: 'Delete a rule', answer: { status: 204, description: 'It is gone' } },
      handle: (ctx, key) => remove(ctx, key, parts),
    },
  ]
}

async function create(ctx: Context, key: ApiKey, parts: RuleRouteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, RuleSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const { name, conditions, window = null, actions, enabled = true } = checked.value
  const rule: Rule = {
    id: timeUuid(parts.now(), parts.randomBytes),
    projectId: key.projectId,
    name,
    conditions,
    window,
    actions: onlyNamed(actions),
    enabled,
    createdAtMs: parts.now(),
  }
  const problem = await problemOf(rule, parts.webhooks)
  if (problem !== undefined) return answerError(ctx, problem)
  if ((await parts.rules.count(key.projectId)) >= MAX_RULES) {
    const message = `A project has at most ${MAX_RULES} rules: delete one, or join some by $or`
    return answerError(ctx, refuse('invalid_request', message))
  }
  await parts.rules.create(rule)
  parts.ruleBook.put(rule)
  ctx.status = 201
  ctx.body = shownRule(rule)
}

async function update(ctx: Context, key: ApiKey, parts: RuleRouteParts): Promise<void> {
  const found = await findRule(ctx, key, parts.rules)
  if (!found.ok) return answerError(ctx, found)
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, RulePatchSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const before = found.value
  const { name = before.name, conditions = before.conditions, enabled = before.enabled } = checked.value
  const { window = before.window } = checked.value
  const actions = onlyNamed(checked.value.actions ?? before.actions)
  const rule = { ...before, name, conditions, window, actions, enabled }
  const problem = await problemOf(rule, parts.webhooks)
  if (problem !== undefined) return answerError(ctx, problem)
  await parts.rules.update(rule)
  parts.ruleBook.put(rule)
  ctx.body = shownRule(rule)
}

async function remove(ctx: Context, key: ApiKey, parts: RuleRouteParts): Promise<void> {
  const rule = await findRule(ctx, key, parts.rules)
  if (!rule.ok) return answerError(ctx, rule)
  await parts.rules.remove(key.projectId, rule.value.id)
  parts.ruleBook.remove(key.projectId, rule.value.id)
  ctx.status = 204
}

export async function findRule(ctx: Context, { projectId }: ApiKey, rules: Rules): Promise<Outcome<Rule>> {
  const id = pathParameter(ctx, 'id')
  const rule = await rules.find(projectId, id)
  return rule === undefined ? refuse('not_found', `The project has no rule ${id}`) : { ok: true, value: rule }
}

async function problemOf(rule: Rule, webhooks: Webhooks): Promise<Refusal | undefined> {
  const { projectId, actions } = rule
  const compiled = compileRule(rule)
  if (!compiled.ok) return compiled
  const known = new Set((await webhooks.list(projectId)).map(({ id }) => id))
  const stranger = actions.findIndex(({ webhook_id }) => !known.has(webhook_id))
  if (stranger < 0) return undefined
  const message = `actions.${stranger}.webhook_id: the project has no webhook ${actions[stranger]?.webhook_id}`
  return refuse('invalid_request', message)
}

/** Without members that the schema does not name. */
function onlyNamed(actions: Rule['actions']): Rule['actions'] {
  return actions.map(({ type: kind, webhook_id }) => ({ type: kind, webhook_id }))
}

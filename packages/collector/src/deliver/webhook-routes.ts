import type { Context } from 'koa'
import { array, assign, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { type Outcome, refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { pathParameter, type Route } from '../http/route.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import { maybe } from '../http/schema.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey, Rules, Webhook, Webhooks } from '../store/registry.ts'
import { newSigningSecret } from './signature.ts'
import { ShownWebhook, shownWebhook, webhookSchemas } from './webhook-schema.ts'

export interface WebhookRouteParts {
  readonly webhooks: Webhooks
  readonly rules: Rules
  /** Awaited before a change is answered. */
  readonly onChange: () => Promise<void>
  readonly allowOwnAddresses: boolean
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export const WEBHOOKS_PATH = '/api/v1/webhooks'
const ONE = `${WEBHOOKS_PATH}/:id`
const MadeWebhook = assign(ShownWebhook, type({ secret: maybe(string()) }))
const shownAnswer = { status: 200, description: 'The webhook, without its secret', body: ShownWebhook } as const

export function createWebhookRoutes(parts: WebhookRouteParts): readonly Route[] {
  const access = 'secret'
  const schemas = webhookSchemas(parts.allowOwnAddresses)
  const docs = webhookDocs(schemas)
  return [
    {
      method: 'POST',
      path: WEBHOOKS_PATH,
      access,
      doc: docs.create,
      handle: (ctx, key) => create(ctx, key, parts, schemas),
    },
    {
      method: 'GET',
      path: WEBHOOKS_PATH,
      access,
      doc: docs.list,
      handle: async (ctx, { projectId }) => {
        ctx.body = { data: (await parts.webhooks.list(projectId)).map(shownWebhook) }
      },
    },
    {
      method: 'GET',
      path: ONE,
      access,
      doc: docs.get,
      handle: async (ctx, key) => {
        const webhook = await findWebhook(ctx, key, parts.webhooks)
        if (!webhook.ok) return answerError(ctx, webhook)
        ctx.body = shownWebhook(webhook.value)
      },
    },
    { method: 'PATCH', path: ONE, access, doc: docs.update, handle: (ctx, key) => update(ctx, key, parts, schemas) },
    { method: 'DELETE', path: ONE, access, doc: docs.remove, handle: (ctx, key) => remove(ctx, key, parts) },
  ]
}

function webhookDocs(schemas: Schemas) {
  return {
    create: {
      summary: 'Create a webhook',
      body: schemas.create,
      answer: { status: 201, description: 'With `secret` only if it was made here, and only now', body: MadeWebhook },
    },
    list: {
      summary: 'List the webhooks',
      answer: { status: 200, description: 'Oldest first', body: type({ data: array(ShownWebhook) }) },
    },
    get: { summary: 'Get a webhook', answer: shownAnswer },
    update: {
      summary: 'Change a webhook, or switch it off and on: while it is off what waits for it is held',
      body: schemas.update,
      answer: shownAnswer,
    },
    remove: {
      summary: 'Delete a webhook that no rule names; what waits for it is cancelled',
      answer: { status: 204, description: 'It is gone' },
    },
  } as const satisfies Readonly<Record<string, RouteDoc>>
}

type Schemas = ReturnType<typeof webhookSchemas>

/** The webhook that the path names, if it is the project's. */
export async function findWebhook(ctx: Context, { projectId }: ApiKey, webhooks: Webhooks): Promise<Outcome<Webhook>> {
  const id = pathParameter(ctx, 'id')
  const webhook = await webhooks.find(projectId, id)
  return webhook === undefined ? refuse('not_found', `The project has no webhook ${id}`) : { ok: true, value: webhook }
}

async function create(ctx: Context, key: ApiKey, parts: WebhookRouteParts, schemas: Schemas): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, schemas.create)
  if (!checked.ok) return answerError(ctx, checked)
  const { url, events = ['*'], secret } = checked.value
  const webhook: Webhook = {
    id: timeUuid(parts.now(), parts.randomBytes),
    projectId: key.projectId,
    url,
    events,
    secret: secret ?? newSigningSecret(parts.randomBytes),
    enabled: true,
    createdAtMs: parts.now(),
  }
  await parts.webhooks.create(webhook)
  await parts.onChange()
  ctx.status = 201
  ctx.body = { ...shownWebhook(webhook), ...(secret === undefined ? { secret: webhook.secret } : {}) }
}

async function update(ctx: Context, key: ApiKey, parts: WebhookRouteParts, schemas: Schemas): Promise<void> {
  const found = await findWebhook(ctx, key, parts.webhooks)
  if (!found.ok) return answerError(ctx, found)
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, schemas.update)
  if (!checked.ok) return answerError(ctx, checked)
  const before = found.value
  const { url = before.url, events = before.events, secret = before.secret, status } = checked.value
  const enabled = status === undefined ? before.enabled : status === 'active'
  const webhook = { ...before, url, events, secret, enabled }
  await parts.webhooks.update(webhook)
  await parts.onChange()
  ctx.body = shownWebhook(webhook)
}

async function remove(ctx: Context, key: ApiKey, parts: WebhookRouteParts): Promise<void> {
  const found = await findWebhook(ctx, key, parts.webhooks)
  if (!found.ok) return answerError(ctx, found)
  const { id } = found.value
  const rules = await parts.rules.list(key.projectId)
  const user = rules.find(({ actions }) => actions.some(({ webhook_id }) => webhook_id === id))
  if (user !== undefined) {
    const message = `The rule ${user.id} (${user.name}) names this webhook: delete or change the rule first`
    return answerError(ctx, refuse('conflict', message))
  }
  await parts.webhooks.remove(key.projectId, id, parts.now())
  await parts.onChange()
  ctx.status = 204
}

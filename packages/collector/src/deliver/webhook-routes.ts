import type { Context } from 'koa'
import type { Infer } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { type Outcome, type Refusal, refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { pathParameter, type Route } from '../http/route.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey, NewWebhook, Rules, Webhook, Webhooks } from '../store/registry.ts'
import { newSigningSecret } from './signature.ts'
import type { AddressPolicy } from './webhook-address.ts'
import { HEALTHY } from './webhook-health.ts'
import { webhookDocs } from './webhook-docs.ts'
import { shownWebhook, type WebhookSchemas, webhookSchemas } from './webhook-schema.ts'

export interface WebhookRouteParts {
  readonly webhooks: Webhooks
  readonly rules: Rules
  /** Awaited before a change is answered. */
  readonly onChange: () => Promise<void>
  /** Told when deliveries may have become due. */
  readonly onDue: () => void
  readonly policy: AddressPolicy
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export const WEBHOOKS_PATH = '/api/v1/webhooks'
const ONE = `${WEBHOOKS_PATH}/:id`

export function createWebhookRoutes(parts: WebhookRouteParts): readonly Route[] {
  const access = 'secret'
  const schemas = webhookSchemas(parts.policy)
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

/** The webhook that the path names, if it is the project's. */
export async function findWebhook(ctx: Context, { projectId }: ApiKey, webhooks: Webhooks): Promise<Outcome<Webhook>> {
  const id = pathParameter(ctx, 'id')
  const webhook = await webhooks.find(projectId, id)
  return webhook === undefined ? noSuchWebhook(id) : { ok: true, value: webhook }
}

export function noSuchWebhook(id: string): Refusal {
  return refuse('not_found', `The project has no webhook ${id}`)
}

async function create(ctx: Context, key: ApiKey, parts: WebhookRouteParts, schemas: WebhookSchemas): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, schemas.create)
  if (!checked.ok) return answerError(ctx, checked)
  const { url, events = ['*'], secret } = checked.value
  const made: NewWebhook = {
    id: timeUuid(parts.now(), parts.randomBytes),
    projectId: key.projectId,
    url,
    events,
    secret: secret ?? newSigningSecret(parts.randomBytes),
    enabled: true,
    createdAtMs: parts.now(),
  }
  await parts.webhooks.create(made)
  await parts.onChange()
  ctx.status = 201
  const webhook = { ...made, previousSecrets: [], disabled: null, health: HEALTHY }
  ctx.body = { ...shownWebhook(webhook), ...(secret === undefined ? { secret: made.secret } : {}) }
}

async function update(ctx: Context, key: ApiKey, parts: WebhookRouteParts, schemas: WebhookSchemas): Promise<void> {
  const found = await findWebhook(ctx, key, parts.webhooks)
  if (!found.ok) return answerError(ctx, found)
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, schemas.update)
  if (!checked.ok) return answerError(ctx, checked)
  const patch = checked.value
  const webhook = await parts.webhooks.update(key.projectId, found.value.id, (before) => patched(before, patch))
  if (webhook === undefined) return answerError(ctx, noSuchWebhook(found.value.id))
  await parts.onChange()
  parts.onDue()
  ctx.body = shownWebhook(webhook)
}

/** A secret that is given replaces all others at once. Switching on forgets why it was off, and how it fared. */
function patched(before: Webhook, { url, events, secret, status }: Infer<WebhookSchemas['update']>): Webhook {
  return {
    ...before,
    url: url ?? before.url,
    events: events ?? before.events,
    ...(secret === undefined ? {} : { secret, previousSecrets: [] }),
    ...(status === undefined || (status === 'active') === before.enabled
      ? {}
      : { enabled: status === 'active', disabled: null, health: HEALTHY }),
  }
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

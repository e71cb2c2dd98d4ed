import { formatTimestamp, MAX_EVENT_NAME_CHARACTERS } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, define, optional, size, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey, Webhook, Webhooks } from '../store/registry.ts'
import { newSigningSecret, secretBytes } from './signature.ts'
import { webhookUrlProblem } from './webhook-address.ts'

export interface WebhookRouteParts {
  readonly webhooks: Webhooks
  /** Awaited before a creation is answered. */
  readonly onChange: () => Promise<void>
  readonly allowOwnAddresses: boolean
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

const PATH = '/api/v1/webhooks'
const MAX_SUBSCRIPTIONS = 100

export function createWebhookRoutes(parts: WebhookRouteParts): readonly Route[] {
  const schema = webhookSchema(parts.allowOwnAddresses)
  return [
    { method: 'POST', path: PATH, access: 'secret', handle: (ctx, key) => create(ctx, key, parts, schema) },
    { method: 'GET', path: PATH, access: 'secret', handle: (ctx, key) => list(ctx, key, parts.webhooks) },
  ]
}

function webhookSchema(allowOwnAddresses: boolean) {
  const WebhookUrl = define<string>('url', (value) => {
    return typeof value === 'string' ? (webhookUrlProblem(value, allowOwnAddresses) ?? true) : 'must be a text'
  })
  return type({
    url: WebhookUrl,
    events: optional(size(array(size(string(), 1, MAX_EVENT_NAME_CHARACTERS)), 0, MAX_SUBSCRIPTIONS)),
    secret: optional(SigningSecret),
  })
}

const SigningSecret = define<string>('secret', (value) => {
  if (typeof value !== 'string' || value === '')
    return 'must be a text that is not empty; leave it out to have one made'
  return secretBytes(value) !== undefined || 'begins with whsec_, so what follows must be base64'
})

async function create(
  ctx: Context,
  key: ApiKey,
  parts: WebhookRouteParts,
  schema: ReturnType<typeof webhookSchema>,
): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, schema)
  if (!checked.ok) return answerError(ctx, checked)
  const { url, events = ['*'], secret } = checked.value
  const webhook: Webhook = {
    id: timeUuid(parts.now(), parts.randomBytes),
    projectId: key.projectId,
    url,
    events,
    secret: secret ?? newSigningSecret(parts.randomBytes),
    createdAtMs: parts.now(),
  }
  await parts.webhooks.create(webhook)
  await parts.onChange()
  ctx.status = 201
  ctx.body = { ...shown(webhook), ...(secret === undefined ? { secret: webhook.secret } : {}) }
}

async function list(ctx: Context, key: ApiKey, webhooks: Webhooks): Promise<void> {
  ctx.body = { data: (await webhooks.list(key.projectId)).map(shown) }
}

/** Never with the secret. */
function shown({ id, url, events, createdAtMs }: Webhook) {
  return { id, url, events, created_at: formatTimestamp(createdAtMs), status: 'active' }
}

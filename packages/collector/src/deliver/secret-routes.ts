import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { assign, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { refuse } from '../http/outcome.ts'
import { pathParameter, type Route } from '../http/route.ts'
import type { RandomBytes } from '../id/uuid.ts'
import type { ApiKey, Webhooks } from '../store/registry.ts'
import { MAX_OLD_SECRETS, OLD_SECRET_MS, rotateSecret } from './secret-rotation.ts'
import { newSigningSecret } from './signature.ts'
import { noSuchWebhook, WEBHOOKS_PATH } from './webhook-routes.ts'
import { ShownWebhook, shownWebhook } from './webhook-schema.ts'

export interface SecretRouteParts {
  readonly webhooks: Webhooks
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

const RotatedWebhook = assign(ShownWebhook, type({ secret: string(), previous_secret_signs_until: string() }))

/** The route that changes a webhook's secret while its receiver goes on verifying. */
export function createSecretRoutes(parts: SecretRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      path: `${WEBHOOKS_PATH}/:id/rotate-secret`,
      access: 'secret',
      doc: {
        summary: 'Make a new secret; the one before signs beside it for 24 hours',
        answer: { status: 200, description: 'With the new secret, shown only now', body: RotatedWebhook },
      },
      handle: (ctx, key) => rotate(ctx, key, parts),
    },
  ]
}

async function rotate(ctx: Context, { projectId }: ApiKey, parts: SecretRouteParts): Promise<void> {
  const id = pathParameter(ctx, 'id')
  const nowMs = parts.now()
  const secret = newSigningSecret(parts.randomBytes)
  const webhook = await parts.webhooks.update(projectId, id, (before) => rotateSecret(before, secret, nowMs))
  if (webhook === undefined) return answerError(ctx, noSuchWebhook(id))
  if (webhook.secret !== secret) {
    const message = `${MAX_OLD_SECRETS} old secrets still sign: wait for the first of them to end, or set \`secret\``
    return answerError(ctx, refuse('conflict', message))
  }
  const until = formatTimestamp(nowMs + OLD_SECRET_MS)
  ctx.body = { ...shownWebhook(webhook), secret, previous_secret_signs_until: until }
}

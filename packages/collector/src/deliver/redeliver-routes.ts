import { parseTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { define, enums, type Infer, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { type Outcome, refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { pathParameter, type Route } from '../http/route.ts'
import { described, list, maybe, whole } from '../http/schema.ts'
import type { DeliveryLog, DeliveryRange } from '../store/delivery-log.ts'
import type { ApiKey, Webhook, Webhooks } from '../store/registry.ts'
import { findWebhook, WEBHOOKS_PATH } from './webhook-routes.ts'

export interface RedeliverRouteParts {
  readonly webhooks: Webhooks
  readonly deliveryLog: DeliveryLog
  /** Told when a delivery became due. */
  readonly onDue: () => void
  /** Between two pieces of a range: lets others write. */
  readonly pause: () => Promise<void>
  readonly now: () => number
}

const ONE = `${WEBHOOKS_PATH}/:id`

const Instant = described(
  define<string>('instant', (value) => {
    return (typeof value === 'string' && parseTimestamp(value) !== undefined) || 'must be an ISO 8601 date-time'
  }),
  { type: 'string', format: 'date-time' },
)

const RangeSchema = type({
  from: Instant,
  to: maybe(Instant),
  states: maybe(list(enums(['waiting', 'failed', 'delivered']), 1, 3)),
})

/** How to have deliveries sent again. Each keeps its `webhook-id`, and the schedule begins anew. */
export function createRedeliverRoutes(parts: RedeliverRouteParts): readonly Route[] {
  const access = 'secret'
  return [
    {
      method: 'POST',
      path: `${ONE}/deliveries/:delivery_id/redeliver`,
      access,
      doc: {
        summary: 'Send a delivery again, under the same webhook-id',
        answer: { status: 202, description: 'It is due now', body: type({ id: string(), state: enums(['waiting']) }) },
      },
      handle: (ctx, key) => redeliverOne(ctx, key, parts),
    },
    {
      method: 'POST',
      path: `${ONE}/redeliver`,
      access,
      doc: {
        summary:
          'Send what was made from one instant to before another again (to: now): what waits and what was given up, or what is in the `states` named',
        body: RangeSchema,
        answer: {
          status: 202,
          description: 'How many are due now',
          body: type({ redelivered: whole(0, Number.MAX_SAFE_INTEGER) }),
        },
      },
      handle: (ctx, key) => redeliverRange(ctx, key, parts),
    },
  ]
}

async function redeliverOne(ctx: Context, key: ApiKey, parts: RedeliverRouteParts): Promise<void> {
  const webhook = await findEnabled(ctx, key, parts.webhooks)
  if (!webhook.ok) return answerError(ctx, webhook)
  const id = pathParameter(ctx, 'delivery_id')
  if (!(await parts.deliveryLog.redeliver(webhook.value.id, id, parts.now()))) {
    return answerError(ctx, refuse('not_found', `The webhook ${webhook.value.id} has no delivery ${id}`))
  }
  parts.onDue()
  ctx.status = 202
  ctx.body = { id, state: 'waiting' }
}

async function redeliverRange(ctx: Context, key: ApiKey, parts: RedeliverRouteParts): Promise<void> {
  const webhook = await findEnabled(ctx, key, parts.webhooks)
  if (!webhook.ok) return answerError(ctx, webhook)
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, RangeSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const nowMs = parts.now()
  const range = rangeOf(checked.value, nowMs)
  let redelivered = 0
  for (let from: number | undefined = 0; from !== undefined;) {
    const piece = await parts.deliveryLog.redeliverRange(webhook.value.id, range, nowMs, from)
    redelivered += piece.deliveries
    from = piece.next
    parts.onDue()
    if (from !== undefined) await parts.pause()
  }
  ctx.status = 202
  ctx.body = { redelivered }
}

function rangeOf(
  { from, to, states = ['waiting', 'failed'] }: Infer<typeof RangeSchema>,
  nowMs: number,
): DeliveryRange {
  const toMs = to === undefined ? nowMs + 1 : parseTimestamp(to)
  return { fromMs: parseTimestamp(from) as number, toMs: toMs as number, states }
}

async function findEnabled(ctx: Context, key: ApiKey, webhooks: Webhooks): Promise<Outcome<Webhook>> {
  const webhook = await findWebhook(ctx, key, webhooks)
  if (!webhook.ok || webhook.value.enabled) return webhook
  return refuse('conflict', 'The webhook is disabled: switch it on first')
}

import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, enums, integer, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { refuse } from '../http/outcome.ts'
import { readLimit, readQuery } from '../http/query.ts'
import type { Route } from '../http/route.ts'
import { maybe, orNull } from '../http/schema.ts'
import type { ApiKey, Webhooks } from '../store/registry.ts'
import type { DeliveryLog, LoggedDelivery } from '../store/delivery-log.ts'
import type { DeliveryAttempt } from '../store/outbox.ts'
import type { SendTest } from './send-test.ts'
import { findWebhook, WEBHOOKS_PATH } from './webhook-routes.ts'

export interface DeliveryRouteParts {
  readonly webhooks: Webhooks
  readonly deliveryLog: DeliveryLog
  readonly sendTest: SendTest
}

const ONE = `${WEBHOOKS_PATH}/:id`
const DELIVERY_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100

const ShownAttempt = type({
  number: integer(),
  started_at: string(),
  duration_ms: integer(),
  status: orNull(integer()),
  error: orNull(string()),
  answer: orNull(string()),
})
const ShownDelivery = type({
  id: string(),
  event_id: string(),
  state: enums(['waiting', 'held', 'delivered', 'failed', 'cancelled']),
  created_at: string(),
  next_attempt_at: maybe(string()),
  attempts: array(ShownAttempt),
})

/** What was delivered to a webhook, and what it answered. */
export function createDeliveryRoutes(parts: DeliveryRouteParts): readonly Route[] {
  const access = 'secret'
  return [
    {
      method: 'POST',
      path: `${ONE}/test`,
      access,
      doc: {
        summary: 'Send a signed event named $test to a webhook at once, and wait for its answer',
        answer: { status: 200, description: 'What came of it; it is not tried again', body: ShownDelivery },
      },
      handle: (ctx, key) => test(ctx, key, parts),
    },
    {
      method: 'GET',
      path: `${ONE}/deliveries`,
      access,
      doc: {
        summary: 'List the deliveries to a webhook, with every attempt',
        query: {
          limit: `How many, at most ${MAX_LIMIT}; ${DEFAULT_LIMIT} if left out`,
          before:
            'Only deliveries older than the one with this id: the last of the page before. None where it is gone or of another webhook',
        },
        answer: { status: 200, description: 'Newest first', body: type({ data: array(ShownDelivery) }) },
      },
      handle: (ctx, key) => list(ctx, key, parts),
    },
  ]
}

async function test(ctx: Context, key: ApiKey, parts: DeliveryRouteParts): Promise<void> {
  const webhook = await findWebhook(ctx, key, parts.webhooks)
  if (!webhook.ok) return answerError(ctx, webhook)
  ctx.body = shown(await parts.sendTest(webhook.value))
}

async function list(ctx: Context, key: ApiKey, parts: DeliveryRouteParts): Promise<void> {
  const query = readQuery(ctx, ['limit', 'before'])
  if (!query.ok) return answerError(ctx, query)
  const limit = readLimit(query.value.limit, DEFAULT_LIMIT, MAX_LIMIT)
  if (!limit.ok) return answerError(ctx, limit)
  const webhook = await findWebhook(ctx, key, parts.webhooks)
  if (!webhook.ok) return answerError(ctx, webhook)
  const before = query.value.before?.toLowerCase()
  if (before !== undefined && !DELIVERY_ID.test(before)) {
    return answerError(ctx, refuse('invalid_request', `before must be the id of a delivery, got ${before}`))
  }
  const page = { limit: limit.value, ...(before === undefined ? {} : { before }) }
  ctx.body = { data: (await parts.deliveryLog.list(webhook.value.id, page)).map(shown) }
}

function shown({ id, eventId, state, createdAtMs, dueAtMs, attempts }: LoggedDelivery) {
  return {
    id,
    event_id: eventId,
    state,
    created_at: formatTimestamp(createdAtMs),
    ...(dueAtMs === null ? {} : { next_attempt_at: formatTimestamp(dueAtMs) }),
    attempts: attempts.map(shownAttempt),
  }
}

function shownAttempt({ number, startedAtMs, durationMs, status, error, answer }: DeliveryAttempt) {
  return { number, started_at: formatTimestamp(startedAtMs), duration_ms: durationMs, status, error, answer }
}

import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, define, integer, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { described, orNull } from '../http/schema.ts'
import type { EventList, ListedEvent } from '../store/event-list.ts'
import type { ApiKey } from '../store/registry.ts'
import { compileConditions } from './conditions.ts'
import { eventDocument } from './delivery-plan.ts'
import { RULES_PATH } from './rule-routes.ts'
import { DryRunSchema } from './rule-schema.ts'

const DEFAULT_EVENTS = 100

const ShownEvent = type({
  event_id: string(),
  event_name: string(),
  user_id: orNull(string()),
  timestamp: string(),
  metadata: described(
    define<object>('metadata', (value) => typeof value === 'object'),
    { type: 'object' },
  ),
})

export interface DryRunParts {
  readonly eventList: EventList
}

/** Which of the last events would a rule have matched? Nothing is sent. */
export function createDryRunRoute({ eventList }: DryRunParts): Route {
  return {
    method: 'POST',
    path: `${RULES_PATH}/test`,
    access: 'secret',
    doc: {
      summary: `Try conditions on the last events (${DEFAULT_EVENTS}, or as many as limit says): nothing is sent`,
      body: DryRunSchema,
      answer: {
        status: 200,
        description: 'How many events were looked at, and those that match, newest first',
        body: type({ tested: integer(), matched: integer(), events: array(ShownEvent) }),
      },
    },
    handle: (ctx, key) => dryRun(ctx, key, eventList),
  }
}

async function dryRun(ctx: Context, { projectId }: ApiKey, eventList: EventList): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, DryRunSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const { conditions, limit = DEFAULT_EVENTS } = checked.value
  const matches = compileConditions(conditions)
  if (!matches.ok) return answerError(ctx, matches)
  const events = await eventList.latest(projectId, limit)
  const matched = events.filter((event) => matches.value(eventDocument(event)))
  ctx.body = { tested: events.length, matched: matched.length, events: matched.map(shown) }
}

function shown({ eventId, eventName, userId, timestampMs, metadata }: ListedEvent) {
  const timestamp = formatTimestamp(timestampMs)
  return { event_id: eventId, event_name: eventName, user_id: userId, timestamp, metadata }
}

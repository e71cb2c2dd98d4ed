import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, define, integer, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { described, maybe, orNull, whole } from '../http/schema.ts'
import type { EventList, ListedEvent } from '../store/event-list.ts'
import type { ApiKey } from '../store/registry.ts'
import { compileRule } from './compile-rule.ts'
import { RULES_PATH } from './rule-routes.ts'
import { tried } from './rule-schema.ts'
import { createTrial, Explained } from './trial.ts'

const DEFAULT_EVENTS = 100
const MAX_EVENTS = 1_000

const DryRunSchema = type({ ...tried, limit: maybe(whole(1, MAX_EVENTS)) })

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

/** For which of the last events would a rule have fired? Nothing is sent. */
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
        description: 'How many events were looked at, how many match, and those for which the rule fires, newest first',
        body: type({ tested: integer(), matched: integer(), events: array(ShownEvent), unmatched: Explained }),
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
  const { conditions, window = null, limit = DEFAULT_EVENTS } = checked.value
  const rule = compileRule({ conditions, window })
  if (!rule.ok) return answerError(ctx, rule)
  const trial = createTrial(rule.value)
  const events = (await eventList.latest(projectId, limit)).toReversed().filter(trial.judge)
  const { tested, matched, silent } = trial.result()
  ctx.body = { tested, matched, events: events.toReversed().map(shown), unmatched: silent.toReversed() }
}

function shown({ eventId, eventName, userId, timestampMs, metadata }: ListedEvent) {
  const timestamp = formatTimestamp(timestampMs)
  return { event_id: eventId, event_name: eventName, user_id: userId, timestamp, metadata }
}

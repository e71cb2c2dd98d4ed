import { formatTimestamp, parseTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { array, boolean, define, integer, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { described, maybe, orNull, whole } from '../http/schema.ts'
import type { EventList, PlacedEvent, TimeRange } from '../store/event-list.ts'
import type { ApiKey, Rules } from '../store/registry.ts'
import { type CompiledRule, compileRule } from './compile-rule.ts'
import { findRule, RULES_PATH } from './rule-routes.ts'
import { createTrial, Explained } from './trial.ts'

const DEFAULT_EVENTS = 10_000
const MAX_EVENTS = 100_000

/** Events judged in one go: some milliseconds, after which whoever waits has its turn. */
const CHUNK_EVENTS = 200

const Instant = described(
  define<string>('instant', (value) =>
    typeof value === 'string' && parseTimestamp(value) !== undefined
      ? true
      : 'must be an ISO 8601 date-time, such as 2024-01-30T10:00:00Z',
  ),
  { type: 'string', description: 'ISO 8601. Without an offset it is UTC' },
)

const BacktestSchema = type({ from: maybe(Instant), to: maybe(Instant), limit: maybe(whole(1, MAX_EVENTS)) })

export interface BacktestParts {
  readonly rules: Rules
  readonly eventList: EventList
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>
}

/** For which stored events would a rule have fired? Nothing is sent. */
export function createBacktestRoute(parts: BacktestParts): Route {
  const inTurn = createQueue()
  return {
    method: 'POST',
    path: `${RULES_PATH}/:id/backtest`,
    access: 'secret',
    doc: {
      summary: `Try a rule on stored events, oldest first (${DEFAULT_EVENTS}, or as many as limit says): nothing is sent`,
      body: BacktestSchema,
      answer: {
        status: 200,
        description: 'For which events the rule fires, oldest first, and whether these were all events of the range',
        body: type({
          tested: integer(),
          matched: integer(),
          fired: integer(),
          event_ids: array(string()),
          complete: boolean(),
          tested_to: orNull(string()),
          unmatched: Explained,
        }),
      },
    },
    handle: (ctx, key) => backtest(ctx, key, parts, inTurn),
  }
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** One after another: many backtests at once take no more of the collector than one. */
function createQueue(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}

async function backtest(ctx: Context, key: ApiKey, parts: BacktestParts, inTurn: InTurn): Promise<void> {
  const rule = await findRule(ctx, key, parts.rules)
  if (!rule.ok) return answerError(ctx, rule)
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, BacktestSchema)
  if (!checked.ok) return answerError(ctx, checked)
  const compiled = compileRule(rule.value)
  if (!compiled.ok) return answerError(ctx, compiled)
  const { from, to, limit = DEFAULT_EVENTS } = checked.value
  const range = { fromMs: instantOf(from, Number.MIN_SAFE_INTEGER), toMs: instantOf(to, Number.MAX_SAFE_INTEGER) }
  const isWanted = () => !ctx.res.closed
  ctx.body = await inTurn(() => judgeRange(parts, key.projectId, compiled.value, { range, limit, isWanted }))
}

function instantOf(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : (parseTimestamp(text) as number)
}

interface Work {
  readonly range: TimeRange
  readonly limit: number
  /** Whether somebody still waits for the answer. */
  readonly isWanted: () => boolean
}

async function judgeRange(
  { eventList, pause }: BacktestParts,
  projectId: string,
  rule: CompiledRule,
  { range, limit, isWanted }: Work,
) {
  const trial = createTrial(rule)
  const fired: string[] = []
  let last: PlacedEvent | undefined
  let complete = false
  for (let left = limit; left > 0 && !complete && isWanted(); await pause()) {
    const wanted = Math.min(left, CHUNK_EVENTS)
    const events = await eventList.between(projectId, range, last, wanted)
    for (const event of events) if (trial.judge(event)) fired.push(event.eventId)
    last = events.at(-1) ?? last
    left -= events.length
    complete = events.length < wanted
  }
  complete ||= (await eventList.between(projectId, range, last, 1)).length === 0
  const { silent, ...counts } = trial.result()
  const testedTo = last === undefined ? null : formatTimestamp(last.timestampMs)
  return { ...counts, event_ids: fired, complete, tested_to: testedTo, unmatched: silent }
}

import {
  BATCH_PATH,
  type BatchAnswer,
  ERROR_STATUS,
  EVENT_PATH,
  MAX_BATCH_EVENTS,
  MAX_BODY_BYTES,
  type Verdict,
} from '@truecount/protocol'
import type { Context } from 'koa'
import { answerError } from '../http/answer-error.ts'
import { refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import type { Spend } from '../http/quota.ts'
import type { Route } from '../http/route.ts'
import type { RandomBytes } from '../id/uuid.ts'
import type { ApiKey } from '../store/registry.ts'
import type { LedgerEntry, LedgerVerdict } from '../store/ledger.ts'
import type { Submit } from './group-commit.ts'
import { BATCH_DOC, EVENT_DOC } from './ingest-docs.ts'
import { checkEvent } from './ledger-entry.ts'

/** Is told what comes and what becomes of it. */
export interface IngestObserver {
  received(events: number): void
  committed(entries: readonly LedgerEntry[], verdicts: readonly LedgerVerdict[]): void
}

export interface IngestParts {
  readonly submit: Submit
  readonly observer: IngestObserver
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

const TAKEN = { method: 'POST', access: 'ingest', quota: 'events' } as const
const BODY = { maxBytes: MAX_BODY_BYTES, alsoText: true }

/** The two routes that take events. They answer after the commit, never before. */
export function createIngestRoutes(parts: IngestParts): readonly Route[] {
  const judge = createJudge(parts)
  return [
    { ...TAKEN, path: EVENT_PATH, doc: EVENT_DOC, handle: (ctx, key, spend) => takeOne(ctx, key, spend, judge) },
    { ...TAKEN, path: BATCH_PATH, doc: BATCH_DOC, handle: (ctx, key, spend) => takeBatch(ctx, key, spend, judge) },
  ]
}

type Judge = (key: ApiKey, values: readonly unknown[]) => Promise<Verdict[]>

function createJudge({ submit, observer, now, randomBytes }: IngestParts): Judge {
  return async ({ projectId }, values) => {
    observer.received(values.length)
    const arrival = { projectId, nowMs: now(), randomBytes }
    const checked = values.map((value) => checkEvent(value, arrival))
    const entries = checked.map(({ entry }) => entry)
    const { verdicts } = await submit({ projectId, entries })
    observer.committed(entries, verdicts)
    return checked.map(({ entry, message }, i): Verdict => {
      if (verdicts[i] === 'rejected') {
        return { status: 'rejected', error: 'invalid_request', message: message as string }
      }
      const accepted = { event_id: entry.eventId, status: 'accepted' } as const
      return verdicts[i] === 'duplicate' ? { ...accepted, duplicate: true } : accepted
    })
  }
}

async function takeOne(ctx: Context, key: ApiKey, spend: Spend, judge: Judge): Promise<void> {
  const body = await readJson(ctx, BODY)
  if (!body.ok) return answerError(ctx, body)
  const spent = await spend(1)
  if (!spent.ok) return answerError(ctx, spent)
  const verdict = (await judge(key, [body.value]))[0] as Verdict
  if (verdict.status === 'rejected') return answerError(ctx, verdict)
  if (verdict.duplicate) ctx.set('Idempotency-Replayed', 'true')
  ctx.status = 202
  ctx.body = { event_id: verdict.event_id, status: verdict.status }
}

async function takeBatch(ctx: Context, key: ApiKey, spend: Spend, judge: Judge): Promise<void> {
  const body = await readJson(ctx, BODY)
  if (!body.ok) return answerError(ctx, body)
  const events = body.value
  if (!Array.isArray(events) || events.length === 0) {
    return answerError(ctx, refuse('invalid_request', `A batch is a JSON array of 1 to ${MAX_BATCH_EVENTS} events`))
  }
  if (events.length > MAX_BATCH_EVENTS) {
    const message = `A batch holds at most ${MAX_BATCH_EVENTS} events, got ${events.length}: nothing was stored`
    return answerError(ctx, refuse('batch_too_large', message))
  }
  const spent = await spend(events.length)
  if (!spent.ok) return answerError(ctx, spent)
  answerBatch(ctx, await judge(key, events))
}

function answerBatch(ctx: Context, results: readonly Verdict[]): void {
  const rejected = results.filter(({ status }) => status === 'rejected')
  const answer: BatchAnswer = { accepted: results.length - rejected.length, rejected: rejected.length, results }
  if (answer.accepted > 0) {
    ctx.status = 202
    ctx.body = answer
    return
  }
  const [first] = rejected as [Extract<Verdict, { status: 'rejected' }>]
  ctx.status = ERROR_STATUS.invalid_request
  ctx.body = { ...answer, error: first.error, message: `No event was accepted: ${first.message}`, code: ctx.status }
}

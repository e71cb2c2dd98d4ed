import { BATCH_PATH, EVENT_PATH, MAX_BATCH_EVENTS, MAX_BODY_BYTES } from '@truecount/protocol'
import type { Context } from 'koa'
import { answerError } from '../http/answer-error.ts'
import { refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import type { Spend } from '../http/quota.ts'
import type { Route } from '../http/route.ts'
import type { RandomBytes } from '../id/uuid.ts'
import type { ApiKey } from '../store/registry.ts'
import type { LedgerEntry, LedgerVerdict } from '../store/ledger.ts'
import { acceptedText, batchAnswer, type TextAnswer } from './answer-text.ts'
import type { Submit } from './group-commit.ts'
import { BATCH_DOC, EVENT_DOC } from './ingest-docs.ts'
import { type CheckedEvent, checkEvent } from './ledger-entry.ts'
import { readSenderWord } from './sender-word.ts'

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

/** What the ledger said of each event of a request, in order. */
interface Judged {
  readonly entries: readonly CheckedEvent[]
  readonly verdicts: readonly LedgerVerdict[]
}

type Judge = (ctx: Context, key: ApiKey, values: readonly unknown[]) => Promise<Judged>

function createJudge({ submit, observer, now, randomBytes }: IngestParts): Judge {
  return async (ctx, { projectId }, values) => {
    observer.received(values.length)
    const arrival = { projectId, nowMs: now(), randomBytes }
    const entries = values.map((value) => checkEvent(value, arrival))
    const { verdicts } = await submit({ projectId, entries, word: readSenderWord(ctx) })
    observer.committed(entries, verdicts)
    return { entries, verdicts }
  }
}

async function takeOne(ctx: Context, key: ApiKey, spend: Spend, judge: Judge): Promise<void> {
  const body = await readJson(ctx, BODY)
  if (!body.ok) return answerError(ctx, body)
  const spent = await spend(1)
  if (!spent.ok) return answerError(ctx, spent)
  const { entries, verdicts } = await judge(ctx, key, [body.value])
  const [entry] = entries as [CheckedEvent]
  const [verdict] = verdicts
  if (verdict === 'rejected' && entry.kind === 'rejection') return answerError(ctx, entry)
  if (verdict === 'duplicate') ctx.set('Idempotency-Replayed', 'true')
  answerText(ctx, { status: 202, text: acceptedText(entry.eventId, false) })
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
  const { entries, verdicts } = await judge(ctx, key, events)
  answerText(ctx, batchAnswer(entries, verdicts))
}

function answerText(ctx: Context, { status, text }: TextAnswer): void {
  ctx.status = status
  ctx.type = 'application/json'
  ctx.body = text
}

import { BATCH_PATH, EVENT_PATH, MAX_BATCH_EVENTS, MAX_BODY_BYTES } from '@truecount/protocol'
import { answerError } from '../http/answer-error.ts'
import type { Exchange } from '../http/exchange.ts'
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
export function createIngestRoutes(parts: IngestParts): readonly Route<Exchange>[] {
  const judge = createJudge(parts)
  return [
    {
      ...TAKEN,
      path: EVENT_PATH,
      doc: EVENT_DOC,
      handle: (exchange, key, spend) => takeOne(exchange, key, spend, judge),
    },
    {
      ...TAKEN,
      path: BATCH_PATH,
      doc: BATCH_DOC,
      handle: (exchange, key, spend) => takeBatch(exchange, key, spend, judge),
    },
  ]
}

/** What the ledger said of each event of a request, in order. */
interface Judged {
  readonly entries: readonly CheckedEvent[]
  readonly verdicts: readonly LedgerVerdict[]
}

type Judge = (exchange: Exchange, key: ApiKey, values: readonly unknown[]) => Promise<Judged>

function createJudge({ submit, observer, now, randomBytes }: IngestParts): Judge {
  return async (exchange, { projectId }, values) => {
    observer.received(values.length)
    const arrival = { projectId, nowMs: now(), randomBytes }
    const entries = values.map((value) => checkEvent(value, arrival))
    const { verdicts } = await submit({ projectId, entries, word: readSenderWord(exchange) })
    observer.committed(entries, verdicts)
    return { entries, verdicts }
  }
}

async function takeOne(exchange: Exchange, key: ApiKey, spend: Spend, judge: Judge): Promise<void> {
  const body = await readJson(exchange, BODY)
  if (!body.ok) return answerError(exchange, body)
  const spent = await spend(1)
  if (!spent.ok) return answerError(exchange, spent)
  const { entries, verdicts } = await judge(exchange, key, [body.value])
  const [entry] = entries as [CheckedEvent]
  const [verdict] = verdicts
  if (verdict === 'rejected' && entry.kind === 'rejection') return answerError(exchange, entry)
  if (verdict === 'duplicate') exchange.set('Idempotency-Replayed', 'true')
  answerText(exchange, { status: 202, text: acceptedText(entry.eventId, false) })
}

async function takeBatch(exchange: Exchange, key: ApiKey, spend: Spend, judge: Judge): Promise<void> {
  const body = await readJson(exchange, BODY)
  if (!body.ok) return answerError(exchange, body)
  const events = body.value
  if (!Array.isArray(events) || events.length === 0) {
    return answerError(
      exchange,
      refuse('invalid_request', `A batch is a JSON array of 1 to ${MAX_BATCH_EVENTS} events`),
    )
  }
  if (events.length > MAX_BATCH_EVENTS) {
    const message = `A batch holds at most ${MAX_BATCH_EVENTS} events, got ${events.length}: nothing was stored`
    return answerError(exchange, refuse('batch_too_large', message))
  }
  const spent = await spend(events.length)
  if (!spent.ok) return answerError(exchange, spent)
  const { entries, verdicts } = await judge(exchange, key, events)
  answerText(exchange, batchAnswer(entries, verdicts))
}

function answerText(exchange: Exchange, { status, text }: TextAnswer): void {
  exchange.status = status
  exchange.body = text
}

import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { ERROR_STATUS } from '@truecount/protocol'
import type { BatchAnswer, ErrorBody, ErrorCode, EventInput, Verdict } from '@truecount/protocol'
import type { Fault } from './fault.ts'

type Headers = Readonly<Record<string, string>>

/** Stores the request's events, those that `rejects` picks excepted, and gives a verdict for each. */
export type Ingest = (rejects: (event: EventInput) => boolean) => readonly Verdict[]

const CORS: Headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Retry-After, Idempotency-Replayed',
}

/** Stores and answers one ingest request, or fails to, as `fault` says. */
export async function answerWithFault(
  fault: Fault,
  response: ServerResponse,
  single: boolean,
  ingest: Ingest,
): Promise<void> {
  switch (fault.kind) {
    case 'ok':
      return answerVerdicts(response, single, ingest(nothing))
    case 'partialReject':
      return answerVerdicts(response, single, ingest(fault.rejects))
    case 'slow':
      await delay(fault.delayMs)
      return answerVerdicts(response, single, ingest(nothing))
    case 'late':
      response.destroy()
      await delay(fault.delayMs)
      return void ingest(nothing)
    case 'duplicate':
      answerVerdicts(response, single, ingest(nothing))
      await delay(fault.delayMs)
      return void ingest(nothing)
    case 'dropReply':
      ingest(nothing)
      return void response.destroy()
    case 'dropRequest':
      return void response.destroy()
    case 'hang':
      return
    case 'garbage':
      return void response.writeHead(fault.code, { ...CORS, 'content-type': 'text/html' }).end('<p>Welcome</p>')
    case 'status':
      return answerError(response, errorBody(fault.code), retryAfterHeader(fault.retryAfter))
  }
}

/** Answers in the error shape of the v1 API. */
export function answerError(response: ServerResponse, body: ErrorBody, headers: Headers): void {
  answerJson(response, body.code, body, headers)
}

function answerVerdicts(response: ServerResponse, single: boolean, verdicts: readonly Verdict[]): void {
  const [first] = verdicts
  if (single && first !== undefined) return answerSingle(response, first)
  const rejected = verdicts.filter(({ status }) => status === 'rejected').length
  const answer: BatchAnswer = { accepted: verdicts.length - rejected, rejected, results: verdicts }
  if (answer.accepted > 0) return answerJson(response, 202, answer)
  answerJson(response, 400, { ...answer, error: 'invalid_request', message: 'No event was accepted', code: 400 })
}

function answerSingle(response: ServerResponse, verdict: Verdict): void {
  if (verdict.status === 'rejected') {
    const { error, message } = verdict
    return answerError(response, { error, message, code: ERROR_STATUS[error] }, {})
  }
  const { event_id, status, duplicate } = verdict
  answerJson(response, 202, { event_id, status }, duplicate ? { 'idempotency-replayed': 'true' } : {})
}

function answerJson(response: ServerResponse, status: number, body: object, headers: Headers = {}): void {
  response.writeHead(status, { ...CORS, ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function errorBody(code: number): ErrorBody {
  const known = (Object.keys(ERROR_STATUS) as ErrorCode[]).find((error) => ERROR_STATUS[error] === code)
  return { error: known ?? 'unavailable', message: `The test answers ${code}`, code }
}

function retryAfterHeader(retryAfter: number | string | undefined): Headers {
  return retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
}

function nothing(): boolean {
  return false
}

import { ERROR_STATUS } from '@truecount/protocol'
import type { BatchAnswer, ErrorBody, ErrorCode, Verdict } from '@truecount/protocol'
import type { Effect } from './fault.ts'
import { errorBody } from './ingest-request.ts'

/** What the collector answers to one event, or to a batch. */
export function answerVerdicts(isSingle: boolean, verdicts: readonly Verdict[]): Response {
  const [first] = verdicts
  if (isSingle && first !== undefined) return answerSingle(first)
  const rejected = verdicts.filter(({ status }) => status === 'rejected').length
  const answer: BatchAnswer = { accepted: verdicts.length - rejected, rejected, results: verdicts }
  if (answer.accepted > 0) return answerJson(202, answer)
  return answerJson(400, { ...answer, ...errorBody('invalid_request', 'No event was accepted') })
}

export function answerError(error: ErrorBody): Response {
  return answerJson(error.code, error)
}

export function answerStatus({ code, retryAfterSeconds }: Extract<Effect, { kind: 'status' }>): Response {
  const known = (Object.keys(ERROR_STATUS) as ErrorCode[]).find((error) => ERROR_STATUS[error] === code)
  const body = errorBody(known ?? 'unavailable', `The test answers ${code}`, code)
  return answerJson(code, body, retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) })
}

function answerSingle(verdict: Verdict): Response {
  if (verdict.status === 'rejected') return answerError(errorBody(verdict.error, verdict.message))
  const { event_id, status, duplicate } = verdict
  return answerJson(202, { event_id, status }, duplicate ? { 'Idempotency-Replayed': 'true' } : {})
}

function answerJson(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}

import type { BatchAnswer, Verdict } from '@truecount/protocol'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchAnswer } from '../src/ingest/answer-text.ts'
import { type CheckedEvent, checkEvent } from '../src/ingest/ledger-entry.ts'
import type { LedgerVerdict } from '../src/store/ledger.ts'

const arrival = { projectId: '0190a000-0000-7000-8000-000000000000', nowMs: 7, randomBytes: () => new Uint8Array(10) }

const anyEntry = fc
  .tuple(fc.oneof(fc.constant('a'), fc.string({ unit: 'binary', maxLength: 200 }), fc.jsonValue()), fc.boolean())
  .map(([event_name, isDuplicate]) => {
    const entry = checkEvent({ event_name, idempotency_key: 'k' }, arrival)
    const verdict: LedgerVerdict = isDuplicate ? 'duplicate' : entry.kind === 'event' ? 'stored' : 'rejected'
    return { entry, verdict }
  })

interface Judged {
  readonly entry: CheckedEvent
  readonly verdict: LedgerVerdict
}

/** The contract's answer, as an object and serialised. */
function answerOf(judged: readonly Judged[]) {
  const results = judged.map(({ entry, verdict }): Verdict => {
    if (verdict === 'rejected' && entry.kind === 'rejection') {
      return { status: 'rejected', error: 'invalid_request', message: entry.message }
    }
    const accepted = { event_id: entry.eventId, status: 'accepted' } as const
    return verdict === 'duplicate' ? { ...accepted, duplicate: true } : accepted
  })
  const accepted = results.filter(({ status }) => status === 'accepted').length
  const answer: BatchAnswer = { accepted, rejected: results.length - accepted, results }
  const [first] = results
  if (accepted > 0 || first?.status !== 'rejected') return { status: 202, text: JSON.stringify(answer) }
  const error = { error: first.error, message: `No event was accepted: ${first.message}`, code: 400 }
  return { status: 400, text: JSON.stringify({ ...answer, ...error }) }
}

test('The answer to a batch is the JSON of its verdicts, in order', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 100 }), (judged) => {
      const answer = batchAnswer(
        judged.map(({ entry }) => entry),
        judged.map(({ verdict }) => verdict),
      )
      expect(answer).toEqual(answerOf(judged))
    }),
    { numRuns: 2_000 },
  )
})

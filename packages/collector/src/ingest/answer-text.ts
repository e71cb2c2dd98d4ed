import { ERROR_STATUS } from '@truecount/protocol'
import type { LedgerVerdict } from '../store/ledger.ts'
import type { CheckedEvent } from './ledger-entry.ts'

/** An answer whose body is JSON already: a hundred verdicts are put together faster than they are serialised. */
export interface TextAnswer {
  readonly status: number
  readonly text: string
}

/** The answer to a batch: a `BatchAnswer` with one verdict an event and, where nothing was accepted, an `ErrorBody`. */
export function batchAnswer(entries: readonly CheckedEvent[], verdicts: readonly LedgerVerdict[]): TextAnswer {
  let rejected = 0
  let results = ''
  let separator = ''
  for (let i = 0; i < entries.length; i++) {
    if (verdicts[i] === 'rejected') rejected += 1
    results += separator + verdictText(entries[i] as CheckedEvent, verdicts[i] as LedgerVerdict)
    separator = ','
  }
  const accepted = entries.length - rejected
  const answer = `{"accepted":${accepted},"rejected":${rejected},"results":[${results}]`
  const [first] = entries as [CheckedEvent]
  if (accepted > 0 || first.kind === 'event') return { status: 202, text: `${answer}}` }
  const code = ERROR_STATUS[first.error]
  const message = JSON.stringify(`No event was accepted: ${first.message}`)
  return { status: code, text: `${answer},"error":"${first.error}","message":${message},"code":${code}}` }
}

/** JSON of the verdict on an event that is stored. */
export function acceptedText(eventId: string, isDuplicate: boolean): string {
  return `{"event_id":"${eventId}","status":"accepted"${isDuplicate ? ',"duplicate":true' : ''}}`
}

function verdictText(entry: CheckedEvent, verdict: LedgerVerdict): string {
  if (verdict !== 'rejected' || entry.kind === 'event') return acceptedText(entry.eventId, verdict === 'duplicate')
  return `{"status":"rejected","error":"${entry.error}","message":${JSON.stringify(entry.message)}}`
}

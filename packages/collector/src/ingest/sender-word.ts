import { SENT_AT_PARAMETER, WAITING_PARAMETER } from '@truecount/protocol'
import type { Exchange } from '../http/exchange.ts'
import type { SenderWord } from '../store/ledger.ts'

const WHOLE_NUMBER = /^\d{1,15}$/

const NOTHING: SenderWord = {}

/** What a request says of its sender. What is absent, unreadable or said twice is not said: no event is refused for it. */
export function readSenderWord({ querystring }: Exchange): SenderWord {
  if (querystring === '') return NOTHING
  const query = new URLSearchParams(querystring)
  return {
    ...said('sentAtMs', query.getAll(SENT_AT_PARAMETER)),
    ...said('waiting', query.getAll(WAITING_PARAMETER)),
  }
}

function said(name: keyof SenderWord, [text, ...more]: readonly string[]): SenderWord {
  return text !== undefined && more.length === 0 && WHOLE_NUMBER.test(text) ? { [name]: Number(text) } : {}
}

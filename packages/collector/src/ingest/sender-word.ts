import { SENT_AT_PARAMETER, WAITING_PARAMETER } from '@truecount/protocol'
import type { Exchange } from '../http/exchange.ts'
import type { SenderWord } from '../store/ledger.ts'

const WHOLE_NUMBER = /^\d{1,15}$/

const NOTHING: SenderWord = {}

/** What a request says of its sender. What is absent or unreadable is not said: no event is refused for it. */
export function readSenderWord({ querystring }: Exchange): SenderWord {
  if (querystring === '') return NOTHING
  const query = new URLSearchParams(querystring)
  return {
    ...said('sentAtMs', query.get(SENT_AT_PARAMETER)),
    ...said('waiting', query.get(WAITING_PARAMETER)),
  }
}

function said(name: keyof SenderWord, text: string | null): SenderWord {
  return text !== null && WHOLE_NUMBER.test(text) ? { [name]: Number(text) } : {}
}

import { ERROR_STATUS, type ErrorBody, type ErrorCode } from '@truecount/protocol'
import type { Exchange } from './exchange.ts'

/** Answers in the contract's error shape, with the status that the code stands for. */
export function answerError(exchange: Exchange, { error, message }: { error: ErrorCode; message: string }): void {
  const code = ERROR_STATUS[error]
  const body: ErrorBody = { error, message, code }
  exchange.status = code
  exchange.body = body
}

import { ERROR_STATUS, type ErrorBody, type ErrorCode } from '@truecount/protocol'
import type { Context } from 'koa'

/** Answers in the contract's error shape, with the status that the code stands for. */
export function answerError(ctx: Context, { error, message }: { error: ErrorCode; message: string }): void {
  const code = ERROR_STATUS[error]
  const body: ErrorBody = { error, message, code }
  ctx.status = code
  ctx.body = body
}

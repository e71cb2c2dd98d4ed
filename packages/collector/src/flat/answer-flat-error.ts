import { ERROR_STATUS } from '@truecount/protocol'
import type { Context } from 'koa'
import type { Refusal } from '../http/outcome.ts'

/** Answers in the flat API's error shape, with the status that the code stands for. */
export function answerFlatError(ctx: Context, { error, message }: Pick<Refusal, 'error' | 'message'>): void {
  if (error === 'unauthorized') ctx.set('WWW-Authenticate', 'Bearer')
  ctx.status = ERROR_STATUS[error]
  ctx.body = { error: message }
}

import type { Context } from 'koa'
import { describeError } from './describe-error.ts'
import { clientAddress, type IsTrusted } from './http/client-address.ts'
import { redactUrl } from './http/redact-url.ts'
import type { Log, LogLevel } from './log.ts'

/** One line an answer: what is well is for debugging, what a sender got wrong a warning. No bodies, no keys. */
export function createRequestLog(log: Log, isTrusted: IsTrusted) {
  return {
    onAnswer(ctx: Context, durationMs: number): void {
      log(levelOf(ctx.status), 'request', {
        ...factsOf(ctx),
        status: ctx.status,
        duration_ms: Math.round(durationMs * 1000) / 1000,
        client: clientAddress(ctx.req.socket.remoteAddress ?? '', ctx.get('X-Forwarded-For'), isTrusted),
      })
    },
    onFailure(ctx: Context, error: unknown): void {
      log('error', 'request failed', { ...factsOf(ctx), error: describeError(error) })
    },
  }
}

function factsOf(ctx: Context) {
  return { request_id: ctx.response.get('X-Request-Id'), method: ctx.method, url: redactUrl(ctx.url) }
}

function levelOf(status: number): LogLevel {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warn' : 'debug'
}

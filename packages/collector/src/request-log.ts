import { describeError } from './describe-error.ts'
import { clientAddress, type IsTrusted } from './http/client-address.ts'
import type { Exchange } from './http/exchange.ts'
import { redactUrl } from './http/redact-url.ts'
import { keeps, type Log, type LogLevel } from './log.ts'

/** One line an answer: what is well is for debugging, what a sender got wrong a warning. No bodies, no keys. */
export function createRequestLog(log: Log, isTrusted: IsTrusted) {
  return {
    onAnswer(exchange: Exchange, durationMs: number): void {
      const level = levelOf(exchange.status)
      if (!keeps(log, level)) return
      log(level, 'request', {
        ...factsOf(exchange),
        status: exchange.status,
        duration_ms: Math.round(durationMs * 1000) / 1000,
        client: clientAddress(exchange.req.socket.remoteAddress ?? '', exchange.get('x-forwarded-for'), isTrusted),
      })
    },
    onFailure(exchange: Exchange, error: unknown): void {
      log('error', 'request failed', { ...factsOf(exchange), error: describeError(error) })
    },
  }
}

function factsOf(exchange: Exchange) {
  return { request_id: exchange.response.get('X-Request-Id'), method: exchange.method, url: redactUrl(exchange.url) }
}

function levelOf(status: number): LogLevel {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warn' : 'debug'
}

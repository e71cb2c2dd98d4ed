import { createServer, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { ERROR_STATUS, type ErrorBody, type ErrorCode } from '@truecount/protocol'
import { holdContinue } from './held-continue.ts'

/** How long a connection may take, in milliseconds. */
export interface ConnectionTimes {
  /** For the head of a request. */
  readonly headMs: number
  /** Without a request; longer than proxies keep idle connections, so that none reuses one that is being closed. */
  readonly idleMs: number
}

const CONNECTION_TIMES: ConnectionTimes = { headMs: 15_000, idleMs: 65_000 }

/** How often connections are looked at: a timeout is late by this much at most. */
const CHECK_MS = 1_000

/**
 * A server that answers in the contract's error shape even what never becomes a request: a head that is too large (431),
 * comes too slowly (408) or is not HTTP (400). Bodies are timed by those who read them. What Node would answer by itself,
 * without a body, becomes a request like others: a request without a Host, and one that expects what nobody knows (RFC 9110,
 * 10.1.1, lets that be ignored).
 */
export function createHttpServer(handler: RequestListener, times: ConnectionTimes = CONNECTION_TIMES): Server {
  const options = {
    headersTimeout: times.headMs,
    requestTimeout: 0,
    requireHostHeader: false,
    keepAliveTimeout: times.idleMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, times.headMs),
  }
  const server = createServer(options, handler)
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('checkContinue', (request, response) => {
    holdContinue(request, response)
    server.emit('request', request, response)
  })
  server.on('clientError', (error: Error & { readonly code?: string }, socket) => answerHead(error.code, socket))
  return server
}

const PROBLEMS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The head of the request is too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The head of the request came too slowly'],
}

function answerHead(code: string | undefined, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [error, message] = PROBLEMS[code ?? ''] ?? ['invalid_request', 'This is not HTTP']
  const status = ERROR_STATUS[error]
  const body: ErrorBody = { error, message, code: status }
  const text = JSON.stringify(body)
  socket.end(
    [
      `HTTP/1.1 ${status} ${error}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  )
}

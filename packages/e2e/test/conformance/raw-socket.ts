import { connect, type Socket } from 'node:net'
import { collector } from './client.ts'

/** One HTTP answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Exchange {
  /** Sent in order, each in a turn of its own. */
  readonly chunks: readonly (string | Buffer)[]
  /** Sent again and again after the chunks, as fast as it is taken. */
  readonly thenForever?: string
  /** Ends the exchange as soon as it is true of what came. Without it, the collector must close the connection. */
  readonly until?: (text: string) => boolean
  /** Half-closes the connection after the chunks. */
  readonly end?: boolean
  readonly timeoutMs?: number
}

export interface Exchanged {
  readonly answers: readonly WireAnswer[]
  readonly text: string
  readonly sentBytes: number
  /** What ended it: the condition, the collector (closed or reset), or the time. */
  readonly endedBy: 'condition' | 'collector' | 'time'
}

/** Writes bytes to the collector, whatever they are, and reads what comes back. */
export function exchange({
  chunks,
  thenForever,
  until,
  end = false,
  timeoutMs = 10_000,
}: Exchange): Promise<Exchanged> {
  const { hostname, port } = new URL(collector.url)
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80), allowHalfOpen: true })
  let text = ''
  let over = false
  return new Promise((resolve) => {
    const finish = (endedBy: Exchanged['endedBy']) => {
      if (over) return
      over = true
      clearTimeout(timer)
      const sentBytes = socket.bytesWritten
      socket.destroy()
      resolve({ answers: readAnswers(text), text, sentBytes, endedBy })
    }
    const timer = setTimeout(() => finish('time'), timeoutMs)
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part
      if (until?.(text)) finish('condition')
    })
    socket.on('end', () => finish('collector'))
    socket.on('error', () => finish('collector'))
    socket.on('close', () => finish('collector'))

    const write = async () => {
      for (const chunk of chunks) {
        socket.write(chunk)
        await new Promise((sent) => setImmediate(sent))
      }
      if (end) socket.end()
      if (thenForever !== undefined) pump(socket, thenForever)
    }
    socket.once('connect', () => void write())
  })
}

/** Writes `chunk` again and again, as fast as it is taken, until the socket is closed. */
function pump(socket: Socket, chunk: string): void {
  const write = () => {
    if (socket.destroyed) return
    if (socket.write(chunk)) setImmediate(write)
    else socket.once('drain', write)
  }
  write()
}

/** A request's first lines with the project's secret key, ready for its body. */
export function requestHead(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  version = '1.1',
): string {
  const lines = { host: new URL(collector.url).host, authorization: `Bearer ${collector.secretKey}`, ...headers }
  const fields = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/${version}\r\n${fields.join('')}\r\n`
}

/** A whole request that takes one event. */
export function eventRequest(event: object, headers: Readonly<Record<string, string>> = {}): string {
  const body = JSON.stringify(event)
  const length = String(Buffer.byteLength(body))
  return (
    requestHead('POST', '/api/v1/events', {
      'content-type': 'application/json',
      'content-length': length,
      ...headers,
    }) + body
  )
}

function readAnswers(text: string): WireAnswer[] {
  const answers: WireAnswer[] = []
  let rest = text
  for (;;) {
    const match = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest)
    if (match === null) return answers
    const headers = Object.fromEntries(
      (match[2] as string)
        .split('\r\n')
        .filter((line) => line !== '')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const length = Number(headers['content-length'] ?? 0)
    const start = match[0].length
    answers.push({ status: Number(match[1]), headers, body: rest.slice(start, start + length) })
    rest = rest.slice(start + length)
  }
}

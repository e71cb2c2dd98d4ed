import { type DatasetEvent, eventAt, printEvent } from '../events/dataset.ts'
import { createKeyStamp } from './key-stamp.ts'
import type { LoadTask } from './load-task.ts'

export const BATCH_EVENTS = 100
/** Bodies that a connection sends in turn, each time with new keys. */
const TEMPLATES = 8

export interface NextRequest {
  readonly bytes: Buffer
  readonly bodyBytes: number
}

/** Makes a connection's requests; `undefined` where the work is done. One that was returned is used up by the next call. */
export type Requests = () => NextRequest | undefined

/** For each connection its requests. Parts of a fill are dealt out in order. */
export function createRequests(task: LoadTask, connections: number): readonly Requests[] {
  const { work } = task
  const post = (path: string) => (body: string) => toRequest(task, 'POST', path, body)
  switch (work.kind) {
    case 'batches': {
      const batch = post('/api/v1/events/batch')
      return dealt(connections, (at) => stamped(at, (i) => batch(`[${someEvents(work.users, i, BATCH_EVENTS)}]`)))
    }
    case 'singles': {
      const single = post('/api/v1/events')
      return dealt(connections, (at) => stamped(at, (i) => single(someEvents(work.users, i, 1))))
    }
    case 'flat': {
      const single = post('/event')
      return dealt(connections, (at) => inTurn((i) => single(flatEvent(someEvent(work.users, at * TEMPLATES + i)))))
    }
    case 'fill': {
      let next = work.from
      const batch = post('/api/v1/events/batch')
      const fill: Requests = () => {
        const first = next
        next = Math.min(work.to, first + BATCH_EVENTS)
        if (first >= work.to) return undefined
        const events = Array.from({ length: next - first }, (_, i) => printEvent(eventAt(work.dataset, first + i)))
        return batch(`[${events.join()}]`)
      }
      return dealt(connections, () => fill)
    }
    case 'gets': {
      let next = 0
      const all = work.paths.map((path) => toRequest(task, 'GET', path, ''))
      return dealt(connections, () => () => all[next++ % all.length])
    }
  }
}

function dealt(connections: number, requestsOf: (at: number) => Requests): readonly Requests[] {
  return Array.from({ length: connections }, (_, at) => requestsOf(at))
}

function inTurn(create: (i: number) => NextRequest): Requests {
  const all = Array.from({ length: TEMPLATES }, (_, i) => create(i))
  let next = 0
  return () => all[next++ % TEMPLATES]
}

/** Requests in turn, in each of which every key is written anew. */
function stamped(at: number, create: (i: number) => NextRequest): Requests {
  const stamp = createKeyStamp()
  const stamps = new Map<NextRequest, () => void>()
  const requests = inTurn((i) => {
    const request = create(at * TEMPLATES + i)
    stamps.set(request, stamp(request.bytes))
    return request
  })
  return () => {
    const request = requests()
    if (request !== undefined) stamps.get(request)?.()
    return request
  }
}

function someEvents(users: number, place: number, count: number): string {
  return Array.from({ length: count }, (_, i) => printEvent(someEvent(users, place * count + i))).join()
}

/** An event of now. */
function someEvent(users: number, index: number): DatasetEvent {
  const event = eventAt({ events: 1, users, keys: 'foreign', metadata: 'even' }, index)
  return { ...event, timestampMs: Date.now() }
}

function flatEvent({ name, userId, timestampMs, metadata }: DatasetEvent): string {
  return `{"user_id":${userId},"event_type":"${name}","timestamp":"${new Date(timestampMs).toISOString()}","metadata":${metadata}}`
}

function toRequest({ url, secretKey }: LoadTask, method: string, path: string, body: string): NextRequest {
  const bodyBytes = Buffer.byteLength(body)
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...(secretKey === undefined ? [] : [`Authorization: Bearer ${secretKey}`]),
    ...(method === 'GET' ? [] : ['Content-Type: application/json', `Content-Length: ${bodyBytes}`]),
  ]
  return { bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`), bodyBytes }
}

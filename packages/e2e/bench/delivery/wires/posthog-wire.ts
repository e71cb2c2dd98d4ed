import { eventOf } from './wire.ts'
import type { Fields, Wire, WireRequest } from './wire.ts'

const NOT_EVENTS = /\/(flags|decide|config|array|surveys)\b/

/** The capture API: `/batch/` from servers; from browsers a list or one event, also in a form field. */
export const posthogWire: Wire = {
  decode(request) {
    if (request.body === '' || NOT_EVENTS.test(request.url.pathname)) return undefined
    const sent = JSON.parse(json(request)) as Fields | readonly Fields[]
    const events = ('batch' in sent ? sent['batch'] : [sent].flat()) as Fields[]
    return events.map(({ event, distinct_id: user, uuid, properties }) => eventOf(event, user, uuid, properties))
  },
  accepted: () => ({ status: 'Ok' }),
}

function json({ url, body }: WireRequest): string {
  if (!body.startsWith('data=')) return body
  const data = new URLSearchParams(body).get('data') ?? ''
  return url.searchParams.get('compression') === 'base64' ? Buffer.from(data, 'base64').toString() : data
}

import { eventOf } from './wire.ts'
import type { Fields, Wire } from './wire.ts'

/** Batches of the HTTP API, or one event to `/v1/t` as the browser sends it. */
export const segmentWire: Wire = {
  decode({ url, body }) {
    const isBatch = /\/(batch|b)$/.test(url.pathname)
    if (!isBatch && !url.pathname.endsWith('/t')) return undefined
    const sent = JSON.parse(body) as Fields
    const events = (isBatch ? sent['batch'] : [sent]) as Fields[]
    return events.map(({ event, userId, messageId, properties }) => eventOf(event, userId, messageId, properties))
  },
  accepted: () => ({ success: true }),
}

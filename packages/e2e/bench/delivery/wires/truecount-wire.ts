import { BATCH_PATH, EVENT_PATH } from '@truecount/protocol'
import type { EventInput } from '@truecount/protocol'
import type { Wire } from './wire.ts'

export const truecountWire: Wire = {
  decode({ url, body }) {
    if (url.pathname !== BATCH_PATH && url.pathname !== EVENT_PATH) return undefined
    return [JSON.parse(body)].flat() as EventInput[]
  },
  accepted(eventCount) {
    const results = Array.from({ length: eventCount }, () => ({ event_id: crypto.randomUUID(), status: 'accepted' }))
    return { accepted: eventCount, rejected: 0, results }
  },
}

import { eventOf } from './wire.ts'
import type { Fields, Wire } from './wire.ts'

/** HTTP API V2. */
export const amplitudeWire: Wire = {
  decode({ body }) {
    if (body === '') return undefined
    const { events } = JSON.parse(body) as { events?: Fields[] }
    return events?.map((event) =>
      eventOf(event['event_type'], event['user_id'], event['insert_id'], event['event_properties']),
    )
  },
  accepted: (eventCount) => ({ code: 200, events_ingested: eventCount }),
}

import { eventOf } from './wire.ts'
import type { Fields, Wire } from './wire.ts'

/** The tracker protocol: self-describing events whose data are `{name, userId, …}`. */
export const snowplowWire: Wire = {
  decode({ body }) {
    if (body === '') return undefined
    const { data } = JSON.parse(body) as { data: Fields[] }
    return data.map((event) => {
      const { name, userId, ...metadata } = selfDescribed(event)
      return eventOf(name, userId, event['eid'], metadata)
    })
  },
  accepted: () => 'ok',
}

function selfDescribed({ ue_px: packed, ue_pr: plain }: Fields): Fields {
  const json = typeof packed === 'string' ? Buffer.from(packed, 'base64url').toString() : String(plain)
  return (JSON.parse(json) as { data: { data: Fields } }).data.data
}

import type { MadeEvent } from './matching-events.ts'

const SENDERS = 4
const BATCH = 50

/** Senders that keep what was not acknowledged, and send it again under the same key. */
export interface KeyedSenders {
  /** Ids of the acknowledged events, by their keys. */
  readonly eventIds: Map<string, string>
  /** Answers that are neither a 202 nor a broken connection. */
  readonly strange: string[]
  /** Sends these and what is left of those before; returns when all is acknowledged or the collector is gone. */
  send(url: string, key: string, events: readonly MadeEvent[]): Promise<void>
}

export function createKeyedSenders(): KeyedSenders {
  const eventIds = new Map<string, string>()
  const strange: string[] = []
  let waiting: MadeEvent[] = []

  async function sendBatch(url: string, key: string, batch: readonly MadeEvent[]): Promise<void> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/events/batch`, { method: 'POST', headers, body: JSON.stringify(batch) })
    const text = await answer.text()
    if (answer.status !== 202) return void strange.push(`${answer.status} ${text}`)
    const { results } = JSON.parse(text) as { results: { event_id: string }[] }
    results.forEach(({ event_id: id }, i) => {
      const name = (batch[i] as MadeEvent).idempotency_key
      const before = eventIds.get(name) ?? id
      if (before !== id) strange.push(`${name} was ${before} and is ${id}`)
      eventIds.set(name, id)
    })
  }

  return {
    eventIds,
    strange,
    async send(url, key, events) {
      waiting = [...waiting, ...events].filter(({ idempotency_key: name }) => !eventIds.has(name))
      let next = 0
      const run = async () => {
        while (next < waiting.length) {
          const batch = waiting.slice(next, (next += BATCH))
          await sendBatch(url, key, batch)
        }
      }
      // A broken connection is what a killed collector leaves: what was in it is still waiting.
      await Promise.allSettled(Array.from({ length: SENDERS }, run))
    },
  }
}

import { text } from 'node:stream/consumers'
import { verify } from 'truecount/webhooks'
import { startLoopbackServer } from './loopback-server.ts'

/** What arrived so far. */
export interface WebhookTally {
  /** Deliveries whose signature is right, each `webhook-id` once. */
  readonly verified: number
  /** Attempts whose signature is wrong. */
  readonly refused: number
  /** Attempts known by their `webhook-id`: the answer to an earlier one was lost, and the collector asked again. */
  readonly repeated: number
  /** Deliveries of an event that another delivery had brought already. None may be. */
  readonly doubled: number
}

export interface WebhookReceiver {
  readonly url: string
  tally(): WebhookTally
  stop(): Promise<void>
}

/** What a service that is told of events has to do: verify, remember the `webhook-id`, answer 2xx soon. */
export async function startWebhookReceiver(secret: string, say: (line: string) => void): Promise<WebhookReceiver> {
  const webhookIds = new Set<string>()
  const eventIds = new Set<string>()
  let refused = 0
  let repeated = 0

  const server = await startLoopbackServer(async (request, response) => {
    const body = await text(request)
    const verdict = await verify(body, request.headers, secret)
    if (!verdict.ok) {
      refused++
      say(`A webhook arrived that is not signed with our secret (${verdict.reason}). Refused.`)
      response.writeHead(401).end()
      return
    }
    const { webhookId, event } = verdict
    if (webhookIds.has(webhookId)) {
      repeated++
    } else {
      webhookIds.add(webhookId)
      eventIds.add(event.event_id)
      say(`A webhook arrived, its signature verified: ${body}`)
    }
    response.writeHead(204).end()
  })

  return {
    url: server.url,
    tally: () => ({ verified: webhookIds.size, refused, repeated, doubled: webhookIds.size - eventIds.size }),
    stop: () => server.stop(),
  }
}

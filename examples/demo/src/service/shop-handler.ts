import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { Tracker } from 'truecount'

/**
 * `POST /purchases {"amount","user_id"}` tracks a purchase and answers 202 at once: `track()` does no network work.
 * `GET /stats` answers with the tracker's figures.
 */
export function createShopHandler(tracker: Pick<Tracker, 'track' | 'stats'>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    switch (`${request.method} ${request.url}`) {
      case 'POST /purchases': {
        const { amount, user_id: userId } = (await json(request)) as { amount: number; user_id: string }
        tracker.track('purchase_completed', { amount, currency: 'EUR' }, { userId })
        response.writeHead(202).end()
        return
      }
      case 'GET /stats':
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(tracker.stats()))
        return
      default:
        response.writeHead(404).end()
    }
  }
}

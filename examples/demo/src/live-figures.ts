import { readBooks } from './books.ts'
import type { Books } from './books.ts'
import type { Stage } from './set-the-stage.ts'
import type { WebhookTally } from './webhook-receiver.ts'

/** How things stand at one moment. */
export interface LiveFigures {
  /** Events that this run tracked: by the service's tracker and by its own clicks. */
  readonly tracked: number
  /** Events that wait in the service's tracker. */
  readonly waiting: number
  /** `undefined` while the collector doesn't answer. */
  readonly books: Books | undefined
  readonly webhooks: WebhookTally
}

/** Asks everybody. `clicks`: events that this run caused in the page. */
export async function readLiveFigures({ service, api, receiver }: Stage, clicks: number): Promise<LiveFigures> {
  // A collector that is being started again is no failure here: the next look will find it.
  const books = await readBooks(api).catch(() => undefined)
  const { captured, waiting } = await service.stats()
  return { tracked: captured + clicks, waiting, books, webhooks: receiver.tally() }
}

/** The figures in one line. What a visitor tracked is known by what the collector has seen of the page's lane. */
export function formatLiveFigures({ tracked, books, webhooks }: LiveFigures): string {
  const figures: [string, number | undefined][] = [
    ['tracked', Math.max(tracked, books?.captured ?? 0)],
    ['stored', books?.stored],
    ['duplicates prevented', books?.duplicatesPrevented],
    ['missing', books?.missing],
    ['webhooks verified', webhooks.verified],
  ]
  return figures.map(([name, value]) => `${name} ${value ?? '…'}`).join('  ')
}

/** Events made from a seed, the rules that are made for them, and what the rules must match, told by plain predicates. */
export interface MadeEvent {
  readonly event_name: string
  readonly user_id: string
  readonly metadata: { readonly amount: number; readonly plan: string }
  readonly idempotency_key: string
}

interface TestRule {
  readonly conditions: object
  readonly matches: (event: MadeEvent) => boolean
  /** Which webhooks it sends to, by their paths. */
  readonly paths: readonly string[]
}

export const PATHS = ['/large', '/new', '/pro'] as const

/** The third sends to the webhook of the first as well: an event that both match goes there once. */
export const RULES: readonly TestRule[] = [
  {
    conditions: { event_name: 'purchase_completed', 'metadata.amount': { $gt: 500 } },
    matches: ({ event_name: name, metadata }) => name === 'purchase_completed' && metadata.amount > 500,
    paths: ['/large'],
  },
  {
    conditions: { event_name: 'user_signed_up' },
    matches: ({ event_name: name }) => name === 'user_signed_up',
    paths: ['/new'],
  },
  {
    conditions: { 'metadata.plan': 'pro', 'metadata.amount': { $gt: 900 } },
    matches: ({ metadata }) => metadata.plan === 'pro' && metadata.amount > 900,
    paths: ['/large', '/pro'],
  },
]

const NAMES = ['page_view', 'purchase_completed', 'user_signed_up', 'report_opened']
const PLANS = ['free', 'pro']

export function makeEvents(count: number, random: () => number): readonly MadeEvent[] {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] as string
  return Array.from({ length: count }, (_, i) => ({
    event_name: pick(NAMES),
    user_id: `u${Math.floor(random() * 1000)}`,
    metadata: { amount: Math.floor(random() * 1001), plan: pick(PLANS) },
    idempotency_key: `event-${i}`,
  }))
}

/** Every pair of an event and a webhook that a rule makes, as `<event_id> <path>`. */
export function matchingPairs(events: readonly MadeEvent[], eventIds: ReadonlyMap<string, string>): Set<string> {
  const pairs = events.flatMap((event) =>
    RULES.filter(({ matches }) => matches(event)).flatMap(({ paths }) =>
      paths.map((path) => `${eventIds.get(event.idempotency_key)} ${path}`),
    ),
  )
  return new Set(pairs)
}

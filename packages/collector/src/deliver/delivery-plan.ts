import { DROPPED_EVENT_NAME, formatTimestamp, webhookDocument } from '@truecount/protocol'
import { nameUuid } from '../id/uuid.ts'
import type { ListedEvent } from '../store/event-list.ts'
import type { Plan, StoredEvent } from '../store/ledger.ts'
import type { PlannedDelivery } from '../store/outbox.ts'
import type { Rule, Rules, Webhooks } from '../store/registry.ts'
import { compileConditions, type EventDocument, type Matches } from './conditions.ts'

/** Knows which webhooks an event is due at, and says so without waiting. */
export interface DeliveryPlan {
  readonly plan: Plan
  /** Reads all webhooks and rules again. To be awaited before the first event and after each change. */
  load(): Promise<void>
}

interface Subscription {
  readonly webhookId: string
  readonly events: ReadonlySet<string>
}

interface ActiveRule {
  readonly matches: Matches
  readonly webhookIds: readonly string[]
}

interface Targets {
  readonly subscriptions: readonly Subscription[]
  readonly rules: readonly ActiveRule[]
}

/** Webhooks by subscription and by rule, one delivery for each event and webhook however many of them point there. */
export function createDeliveryPlan(webhooks: Webhooks, rules: Rules): DeliveryPlan {
  let targets = new Map<string, Targets>()
  return {
    plan: (projectId, fresh) => {
      const due = targets.get(projectId)
      return due === undefined ? [] : fresh.flatMap((event) => deliveriesOf(event, due))
    },
    async load() {
      const [allWebhooks, allRules] = await Promise.all([webhooks.list(), rules.list()])
      const active = allWebhooks.filter(({ enabled }) => enabled)
      const activeIds = new Set(active.map(({ id }) => id))
      const projectIds = new Set(active.map(({ projectId }) => projectId))
      targets = new Map(
        [...projectIds].map((projectId) => [
          projectId,
          {
            subscriptions: active
              .filter((webhook) => webhook.projectId === projectId)
              .map(({ id, events }) => ({ webhookId: id, events: new Set(events) })),
            rules: allRules
              .filter((rule) => rule.projectId === projectId && rule.enabled)
              .map((rule) => activeRule(rule, activeIds)),
          },
        ]),
      )
    },
  }
}

function activeRule({ conditions, actions }: Rule, activeIds: ReadonlySet<string>): ActiveRule {
  const compiled = compileConditions(conditions)
  if (!compiled.ok) throw new Error(`A stored rule does not compile: ${compiled.message}`)
  const webhookIds = actions.map(({ webhook_id }) => webhook_id).filter((id) => activeIds.has(id))
  return { matches: compiled.value, webhookIds }
}

function deliveriesOf(event: StoredEvent, { subscriptions, rules }: Targets): PlannedDelivery[] {
  const own = event.eventName === DROPPED_EVENT_NAME
  const subscribed = subscriptions.filter(({ events }) => events.has(event.eventName) || (!own && events.has('*')))
  const document = eventDocument(event)
  const ruled = own ? [] : rules.filter(({ matches }) => matches(document))
  const webhookIds = new Set([
    ...subscribed.map(({ webhookId }) => webhookId),
    ...ruled.flatMap(({ webhookIds: ids }) => ids),
  ])
  if (webhookIds.size === 0) return []
  const text = webhookText(event)
  return [...webhookIds].map((webhookId) => ({
    deliveryId: nameUuid(event.eventId, webhookId),
    eventId: event.eventId,
    webhookId,
    document: text,
    dueAtMs: event.receivedAtMs,
  }))
}

/** An event as conditions see it. */
export function eventDocument({ eventName, userId, timestampMs, metadata }: ListedEvent): EventDocument {
  return { event_name: eventName, ...(userId === null ? {} : { user_id: userId }), timestamp: timestampMs, metadata }
}

/** An event as its webhooks get it, not yet signed. */
export function webhookText({ eventId, eventName, userId, timestampMs, metadata }: ListedEvent): string {
  const timestamp = formatTimestamp(timestampMs)
  return webhookDocument({ event_id: eventId, event_name: eventName, user_id: userId, timestamp, metadata })
}

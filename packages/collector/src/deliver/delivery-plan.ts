import { DROPPED_EVENT_NAME, formatTimestamp, webhookDocument } from '@truecount/protocol'
import { nameUuid } from '../id/uuid.ts'
import type { ListedEvent } from '../store/event-list.ts'
import type { Plan, StoredEvent } from '../store/ledger.ts'
import type { PlannedDelivery } from '../store/outbox.ts'
import type { RuleAction, Webhook, Webhooks } from '../store/registry.ts'
import type { RuleWindows } from '../store/rule-windows.ts'

/** Knows which webhooks an event is due at, and says so without waiting. */
export interface DeliveryPlan {
  readonly plan: Plan
  /** Reads all webhooks again. To be awaited before the first event and after each change. */
  load(): Promise<void>
}

interface Subscription {
  readonly webhookId: string
  readonly events: ReadonlySet<string>
}

interface Targets {
  readonly subscriptions: readonly Subscription[]
  readonly activeIds: ReadonlySet<string>
}

const NO_DELIVERIES: readonly PlannedDelivery[] = []
const NO_TARGETS: Targets = { subscriptions: [], activeIds: new Set() }

/** Knows the rules: the actions of all that fire for an event. */
export type Firing = (projectId: string, event: StoredEvent, windows: RuleWindows) => readonly (readonly RuleAction[])[]

/** Webhooks by subscription and by rule, one delivery for each event and webhook however many of them point there. */
export function createDeliveryPlan(webhooks: Webhooks, firing: Firing): DeliveryPlan {
  let targets = new Map<string, Targets>()
  return {
    // Rules see every event, also where nobody would be told: what they count depends on the events alone.
    plan: (projectId, fresh, windows) =>
      fresh.flatMap((event) => {
        const fired = event.eventName === DROPPED_EVENT_NAME ? [] : firing(projectId, event, windows)
        return deliveriesOf(event, targets.get(projectId) ?? NO_TARGETS, fired)
      }),
    async load() {
      const active = (await webhooks.list()).filter(({ enabled }) => enabled)
      const projectIds = new Set(active.map(({ projectId }) => projectId))
      targets = new Map(
        [...projectIds].map((id) => [id, targetsOf(active.filter(({ projectId }) => projectId === id))]),
      )
    },
  }
}

function targetsOf(active: readonly Webhook[]): Targets {
  return {
    subscriptions: active.map(({ id, events }) => ({ webhookId: id, events: new Set(events) })),
    activeIds: new Set(active.map(({ id }) => id)),
  }
}

function deliveriesOf(
  event: StoredEvent,
  { subscriptions, activeIds }: Targets,
  fired: readonly (readonly RuleAction[])[],
): readonly PlannedDelivery[] {
  if (subscriptions.length === 0 && fired.length === 0) return NO_DELIVERIES
  const own = event.eventName === DROPPED_EVENT_NAME
  const subscribed = subscriptions.filter(({ events }) => events.has(event.eventName) || (!own && events.has('*')))
  const ruled = fired.flatMap((actions) => actions.map(({ webhook_id }) => webhook_id))
  const webhookIds = new Set([
    ...subscribed.map(({ webhookId }) => webhookId),
    ...ruled.filter((id) => activeIds.has(id)),
  ])
  if (webhookIds.size === 0) return NO_DELIVERIES
  const text = webhookText(event)
  return [...webhookIds].map((webhookId) => ({
    deliveryId: nameUuid(event.eventId, webhookId),
    eventId: event.eventId,
    eventTimestampMs: event.timestampMs,
    userId: event.userId,
    webhookId,
    document: text,
    dueAtMs: event.receivedAtMs,
  }))
}

/** An event as its webhooks get it, not yet signed. */
export function webhookText({ eventId, eventName, userId, timestampMs, metadata }: ListedEvent): string {
  const timestamp = formatTimestamp(timestampMs)
  return webhookDocument({ event_id: eventId, event_name: eventName, user_id: userId, timestamp, metadata })
}

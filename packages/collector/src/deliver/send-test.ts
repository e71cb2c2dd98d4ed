import { nameUuid, type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { DeliveryLog, LoggedDelivery } from '../store/delivery-log.ts'
import type { Webhook } from '../store/registry.ts'
import { type AttemptParts, attemptOnce } from './attempt.ts'
import { webhookText } from './delivery-plan.ts'
import { isSuccess } from './retry-schedule.ts'

/** Sends a test event to a webhook, once and at once, and records what came of it as of any delivery. */
export type SendTest = (webhook: Webhook) => Promise<LoggedDelivery>

export interface SendTestParts extends AttemptParts {
  readonly deliveryLog: DeliveryLog
  readonly randomBytes: RandomBytes
}

/** Name of the event that a test sends; it is never stored as an event. */
const TEST_EVENT_NAME = '$test'

export function createSendTest({ deliveryLog, post, now, randomBytes }: SendTestParts): SendTest {
  return async ({ id: webhookId, url, secret, previousSecrets }) => {
    const nowMs = now()
    const eventId = timeUuid(nowMs, randomBytes)
    const event = { eventId, eventName: TEST_EVENT_NAME, userId: null, timestampMs: nowMs, metadata: {} }
    const document = webhookText(event)
    const deliveryId = nameUuid(eventId, webhookId)
    const claimed = { deliveryId, url, secret, previousSecrets, document, attempt: 1 }
    const { result, attempt } = await attemptOnce({ post, now }, claimed)
    const state = isSuccess(result) ? 'delivered' : 'failed'
    const delivery = { deliveryId, eventId, eventTimestampMs: nowMs, userId: null, webhookId, document, dueAtMs: nowMs }
    await deliveryLog.record(delivery, attempt, state)
    return { id: deliveryId, eventId, state, createdAtMs: nowMs, dueAtMs: null, attempts: [attempt] }
  }
}

import { HIGH_VALUE_PURCHASE } from './high-value-purchase.ts'
import type { V1Api } from './v1-api.ts'

/**
 * Makes a webhook that subscribes to nothing by itself, and the rule that delivers to it.
 * `secret` signs the deliveries: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks 1.0.0).
 */
export async function setUpRule(api: V1Api, receiverUrl: string, secret: string): Promise<void> {
  const webhook = (await api.post('/api/v1/webhooks', { url: receiverUrl, events: [], secret })) as { id: string }
  await api.post('/api/v1/rules', {
    ...HIGH_VALUE_PURCHASE,
    actions: [{ type: 'webhook', webhook_id: webhook.id }],
  })
}

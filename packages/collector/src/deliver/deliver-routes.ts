import type { Route } from '../http/route.ts'
import { createDeliveryRoutes, type DeliveryRouteParts } from './delivery-routes.ts'
import { createRedeliverRoutes, type RedeliverRouteParts } from './redeliver-routes.ts'
import { createSecretRoutes, type SecretRouteParts } from './secret-routes.ts'
import { createSendTest, type SendTestParts } from './send-test.ts'
import { createWebhookRoutes, type WebhookRouteParts } from './webhook-routes.ts'

export type DeliverRouteParts = Omit<DeliveryRouteParts, 'sendTest'> &
  SendTestParts &
  RedeliverRouteParts &
  SecretRouteParts &
  WebhookRouteParts

/** Every route of webhooks and their deliveries. */
export function createDeliverRoutes(parts: DeliverRouteParts): readonly Route[] {
  return [
    ...createWebhookRoutes(parts),
    ...createSecretRoutes(parts),
    ...createDeliveryRoutes({ ...parts, sendTest: createSendTest(parts) }),
    ...createRedeliverRoutes(parts),
  ]
}

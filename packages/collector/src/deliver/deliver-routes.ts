import type { Route } from '../http/route.ts'
import { createDeliveryRoutes, type DeliveryRouteParts } from './delivery-routes.ts'
import { createDryRunRoute, type DryRunParts } from './dry-run.ts'
import { createRedeliverRoutes, type RedeliverRouteParts } from './redeliver-routes.ts'
import { createRuleRoutes, type RuleRouteParts } from './rule-routes.ts'
import { createSecretRoutes, type SecretRouteParts } from './secret-routes.ts'
import { createSendTest, type SendTestParts } from './send-test.ts'
import { createWebhookRoutes, type WebhookRouteParts } from './webhook-routes.ts'

export type DeliverRouteParts = Omit<DeliveryRouteParts, 'sendTest'> &
  SendTestParts &
  DryRunParts &
  RuleRouteParts &
  RedeliverRouteParts &
  SecretRouteParts &
  WebhookRouteParts

/** Every route of webhooks, their deliveries and rules. */
export function createDeliverRoutes(parts: DeliverRouteParts): readonly Route[] {
  return [
    ...createWebhookRoutes(parts),
    ...createSecretRoutes(parts),
    ...createDeliveryRoutes({ ...parts, sendTest: createSendTest(parts) }),
    ...createRedeliverRoutes(parts),
    ...createRuleRoutes(parts),
    createDryRunRoute(parts),
  ]
}

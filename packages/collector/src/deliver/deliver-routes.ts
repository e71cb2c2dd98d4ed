import type { Route } from '../http/route.ts'
import { createDeliveryRoutes, type DeliveryRouteParts } from './delivery-routes.ts'
import { createDryRunRoute, type DryRunParts } from './dry-run.ts'
import { createRuleRoutes, type RuleRouteParts } from './rule-routes.ts'
import { createSendTest, type SendTestParts } from './send-test.ts'
import { createWebhookRoutes, type WebhookRouteParts } from './webhook-routes.ts'

export type DeliverRouteParts = Omit<DeliveryRouteParts, 'sendTest'> &
  SendTestParts &
  DryRunParts &
  RuleRouteParts &
  WebhookRouteParts

/** Every route of webhooks, their deliveries and rules. */
export function createDeliverRoutes(parts: DeliverRouteParts): readonly Route[] {
  return [
    ...createWebhookRoutes(parts),
    ...createDeliveryRoutes({ ...parts, sendTest: createSendTest(parts) }),
    ...createRuleRoutes(parts),
    createDryRunRoute(parts),
  ]
}

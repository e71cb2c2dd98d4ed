import type { WebhookHealth } from '../store/registry.ts'

/** Of a webhook whose last attempt went well, or that has had none. */
export const HEALTHY: WebhookHealth = { failingSinceMs: null, failedAtMs: null, overloads: 0, pausedUntilMs: 0 }

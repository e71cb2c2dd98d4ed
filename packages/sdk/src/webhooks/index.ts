export { verify } from './verify.ts'
export type { Verification, VerifyOptions, WebhookHeaders } from './verify.ts'
export type { WebhookEvent } from '@truecount/protocol'

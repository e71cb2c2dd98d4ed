import type { JsonObject } from './json.ts'

/** What a webhook is told of an event: the body's members in the contract's order, before `signature`. */
export interface WebhookEvent {
  readonly event_id: string
  readonly event_name: string
  readonly user_id: string | null
  readonly timestamp: string
  readonly metadata: JsonObject
}

const SIGNATURE_MEMBER = /,"signature":"(sha256=[0-9a-f]{64})"\}$/

/** The JSON text that the body's `signature` is made over: UTF-8, the contract's member order, no white space. */
export function webhookDocument(event: WebhookEvent): string {
  const { event_id, event_name, user_id, timestamp, metadata } = event
  return JSON.stringify({ event_id, event_name, user_id, timestamp, metadata })
}

/** The request body: the document with its signature (`sha256=` and 64 hex digits) as last member. */
export function signedWebhookBody(document: string, signature: string): string {
  return `${document.slice(0, -1)},"signature":${JSON.stringify(signature)}}`
}

/** Undoes {@link signedWebhookBody}; `undefined` where the body does not end in a signature. */
export function splitWebhookBody(body: string): { document: string; signature: string } | undefined {
  const match = SIGNATURE_MEMBER.exec(body)
  if (match === null) return undefined
  return { document: `${body.slice(0, match.index)}}`, signature: match[1] as string }
}

/**
 * The text that `webhook-signature` is made over.
 * `timestampSeconds` is the attempt's, in seconds since 1970. Source: Standard Webhooks 1.0.0.
 */
export function standardWebhooksContent(webhookId: string, timestampSeconds: number, body: string): string {
  return `${webhookId}.${timestampSeconds}.${body}`
}

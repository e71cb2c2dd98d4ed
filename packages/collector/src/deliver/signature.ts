import { createHmac } from 'node:crypto'
import { signedWebhookBody, standardWebhooksContent } from '@truecount/protocol'
import type { RandomBytes } from '../id/uuid.ts'

const ENCODED_SECRET =
  /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/
const SECRET_BYTES = 24

/** A new signing secret: `whsec_` and 24 random bytes in base64 (Standard Webhooks 1.0.0). */
export function newSigningSecret(randomBytes: RandomBytes): string {
  return `whsec_${Buffer.from(randomBytes(SECRET_BYTES)).toString('base64')}`
}

/**
 * The bytes that a secret signs with: what `whsec_` encodes, or the UTF-8 of any other text.
 * `undefined` for `whsec_` with something that is not base64.
 */
export function secretBytes(secret: string): Buffer | undefined {
  if (!secret.startsWith('whsec_')) return Buffer.from(secret)
  const encoded = ENCODED_SECRET.exec(secret)?.[1]
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64')
}

export interface SignedRequest {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Signs a delivery twice: in the body as the contract says, with the first of the secrets, and in the three headers of
 * Standard Webhooks with each of them. Which they are is told by their order: the current one first.
 */
export function signDelivery(
  secrets: readonly string[],
  deliveryId: string,
  document: string,
  nowMs: number,
): SignedRequest {
  const keys = secrets.map(keyOf)
  const [current] = keys
  if (current === undefined) throw new Error('A delivery needs a secret to sign with')
  const body = signedWebhookBody(document, `sha256=${createHmac('sha256', current).update(document).digest('hex')}`)
  const seconds = Math.floor(nowMs / 1000)
  const content = standardWebhooksContent(deliveryId, seconds, body)
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`)
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': deliveryId,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signatures.join(' '),
    },
  }
}

function keyOf(secret: string): Buffer {
  const key = secretBytes(secret)
  if (key === undefined) throw new Error('A stored signing secret is not readable')
  return key
}

import { standardWebhooksContent, type WebhookEvent } from '@truecount/protocol'

/** Headers as any framework holds them: a `Headers` object, or a record with names in lower case (Node). */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** Either the delivery is authentic and this is its event, or the reason why it must not be trusted. */
export type Verification =
  | { readonly ok: true; readonly event: WebhookEvent; readonly webhookId: string }
  | { readonly ok: false; readonly reason: VerificationFailure }

export type VerificationFailure =
  | 'missing_headers'
  | 'timestamp_out_of_tolerance'
  | 'signature_mismatch'
  | 'body_not_json'

export interface VerifyOptions {
  /** Milliseconds since 1970 UTC. Default: the system clock. */
  readonly now?: () => number
}

/** How far the attempt's timestamp may be from now, either way (Standard Webhooks 1.0.0 suggests five minutes). */
const TOLERANCE_SECONDS = 5 * 60

const SECRET_PREFIX = 'whsec_'

/**
 * Checks that a delivery comes from your collector: Standard Webhooks 1.0.0, HMAC-SHA-256 in constant time.
 *
 * `body` is the raw request body, before any JSON parser has touched it. `secret` is the webhook's signing secret;
 * while one is being rotated, give both. Never throws for what a stranger sent; rejects only where the runtime has no
 * Web Crypto, and for a secret that is missing or empty.
 */
export async function verify(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { now = Date.now }: VerifyOptions = {},
): Promise<Verification> {
  const keys = [secret].flat().map(secretBytes)
  const id = header(headers, 'webhook-id')
  const timestamp = header(headers, 'webhook-timestamp')
  const signatures = header(headers, 'webhook-signature')
  if (!id || !timestamp || !signatures) return failure('missing_headers')
  const seconds = Number(timestamp)
  if (!(Math.abs(now() / 1000 - seconds) <= TOLERANCE_SECONDS)) return failure('timestamp_out_of_tolerance')
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const content = new TextEncoder().encode(standardWebhooksContent(id, seconds, text))
  for (const one of keys) {
    if (await anyMatches(signatures, content, one)) return readEvent(text, id)
  }
  return failure('signature_mismatch')
}

async function anyMatches(signatures: string, content: BufferSource, keyBytes: BufferSource): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', keyBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  for (const signature of signatures.split(' ')) {
    const bytes = signature.startsWith('v1,') ? fromBase64(signature.slice(3)) : undefined
    if (bytes !== undefined && (await crypto.subtle.verify('HMAC', key, bytes, content))) return true
  }
  return false
}

/** `whsec_` and base64 name the bytes themselves; any other secret is used as its UTF-8 text. */
function secretBytes(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret || secret === SECRET_PREFIX) throw new TypeError("verify: the secret is empty, give the webhook's own")
  const named = secret.startsWith(SECRET_PREFIX) ? fromBase64(secret.slice(SECRET_PREFIX.length)) : undefined
  return named ?? new TextEncoder().encode(secret)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    // Not base64: such a signature matches nothing.
    return undefined
  }
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const value = (headers as Record<string, string | readonly string[] | undefined>)[name]
  return typeof value === 'string' ? value : value?.[0]
}

function readEvent(text: string, webhookId: string): Verification {
  try {
    return { ok: true, event: JSON.parse(text) as WebhookEvent, webhookId }
  } catch {
    return failure('body_not_json')
  }
}

function failure(reason: VerificationFailure): Verification {
  return { ok: false, reason }
}

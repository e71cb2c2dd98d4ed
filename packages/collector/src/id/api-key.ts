import { hash } from 'node:crypto'
import type { RandomBytes } from './uuid.ts'

/** `publishable` may only ingest and is safe inside a web page; `secret` may do everything in its project. */
export type KeyKind = 'publishable' | 'secret'

const PREFIX: Readonly<Record<KeyKind, string>> = { publishable: 'tc_pk_', secret: 'tc_sk_' }
const SHOWN_CHARACTERS = 12

/** A new key: `tc_pk_` or `tc_sk_` and 24 random bytes in base64url. */
export function newApiKey(kind: KeyKind, randomBytes: RandomBytes): string {
  return PREFIX[kind] + Buffer.from(randomBytes(24)).toString('base64url')
}

/** SHA-256 of a key, in hexadecimal digits: all that is ever stored of it, with {@link apiKeyPrefix}. */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex')
}

/** The beginning of a key, to tell it from others in a list. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, SHOWN_CHARACTERS)
}

/** Whether the text looks like a secret key, known or not. */
export function looksSecret(key: string): boolean {
  return key.startsWith(PREFIX.secret)
}

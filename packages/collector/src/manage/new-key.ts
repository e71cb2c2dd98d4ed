import { apiKeyPrefix, hashApiKey, type KeyKind, newApiKey } from '../id/api-key.ts'
import { type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { ApiKey } from '../store/registry.ts'

/** What a new key is to be; a limit is a number a minute, 0 for no limit, `null` for the default. */
export type KeyWish = Pick<ApiKey, 'projectId' | 'kind' | 'eventsPerMinute' | 'analyticsPerMinute'>

/** Most units a minute that a key's limit can name. */
export const MAX_PER_MINUTE = 1_000_000_000

export interface NewKey {
  /** To be shown once; it is stored nowhere. */
  readonly key: string
  readonly record: ApiKey
}

/** Makes a key and what is to be stored of it. */
export function newKey(wish: KeyWish, nowMs: number, randomBytes: RandomBytes): NewKey {
  const key = newApiKey(wish.kind, randomBytes)
  const record = {
    id: timeUuid(nowMs, randomBytes),
    projectId: wish.projectId,
    kind: wish.kind,
    hash: hashApiKey(key),
    prefix: apiKeyPrefix(key),
    eventsPerMinute: wish.eventsPerMinute,
    analyticsPerMinute: wish.analyticsPerMinute,
    createdAtMs: nowMs,
    revokedAtMs: null,
  }
  return { key, record }
}

export function isKeyKind(kind: unknown): kind is KeyKind {
  return kind === 'secret' || kind === 'publishable'
}

import { formatTimestamp } from '@truecount/protocol'
import { enums, string, type } from 'superstruct'
import { unitsPerMinute } from '../http/quota.ts'
import { maybe, whole } from '../http/schema.ts'
import type { ApiKey } from '../store/registry.ts'
import { MAX_PER_MINUTE } from './new-key.ts'

/** A key as it is listed: by its first characters, never whole. A limit of 0 is none. */
export const ShownKey = type({
  id: string(),
  prefix: string(),
  kind: enums(['publishable', 'secret']),
  project_id: string(),
  events_per_minute: whole(0, MAX_PER_MINUTE),
  analytics_per_minute: whole(0, MAX_PER_MINUTE),
  created_at: string(),
  revoked_at: maybe(string()),
})

export function shownKey(key: ApiKey) {
  return {
    id: key.id,
    prefix: key.prefix,
    kind: key.kind,
    project_id: key.projectId,
    events_per_minute: unitsPerMinute('events', key),
    analytics_per_minute: unitsPerMinute('analytics', key),
    created_at: formatTimestamp(key.createdAtMs),
    ...(key.revokedAtMs === null ? {} : { revoked_at: formatTimestamp(key.revokedAtMs) }),
  }
}

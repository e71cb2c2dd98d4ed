import { formatTimestamp, MAX_EVENT_NAME_CHARACTERS } from '@truecount/protocol'
import { array, define, enums, string, type } from 'superstruct'
import { described, list, maybe, text } from '../http/schema.ts'
import type { Webhook } from '../store/registry.ts'
import { secretBytes } from './signature.ts'
import { type AddressPolicy, webhookUrlProblem } from './webhook-address.ts'

const MAX_SUBSCRIPTIONS = 100

/** The bodies that make and change a webhook. */
export function webhookSchemas(policy: AddressPolicy) {
  const url = define<string>('url', (value) => {
    return typeof value === 'string' ? (webhookUrlProblem(value, policy) ?? true) : 'must be a text'
  })
  described(url, { type: 'string', format: 'uri' })
  const members = {
    events: maybe(list(text(1, MAX_EVENT_NAME_CHARACTERS), 0, MAX_SUBSCRIPTIONS)),
    secret: maybe(SigningSecret),
  }
  return {
    create: type({ url, ...members }),
    update: type({ url: maybe(url), ...members, status: maybe(Status) }),
  }
}

export type WebhookSchemas = ReturnType<typeof webhookSchemas>

const Status = enums(['active', 'disabled'])

const SigningSecret = described(
  define<string>('secret', (value) => {
    if (typeof value !== 'string' || value === '')
      return 'must be a text that is not empty; leave it out to have one made'
    if (/\p{Surrogate}/u.test(value)) return 'must be well-formed Unicode, and holds half of a surrogate pair'
    return secretBytes(value) !== undefined || 'begins with whsec_, so what follows must be base64'
  }),
  { type: 'string', minLength: 1 },
)

/** A webhook as it is shown: never with the secret. */
export const ShownWebhook = type({
  id: string(),
  url: string(),
  events: array(string()),
  created_at: string(),
  status: Status,
  disabled_reason: maybe(string()),
  disabled_at: maybe(string()),
  failing_since: maybe(string()),
})

export function shownWebhook({ id, url, events, enabled, createdAtMs, disabled, health }: Webhook) {
  return {
    id,
    url,
    events,
    created_at: formatTimestamp(createdAtMs),
    status: enabled ? 'active' : 'disabled',
    ...(disabled === null ? {} : { disabled_reason: disabled.reason, disabled_at: formatTimestamp(disabled.atMs) }),
    ...(health.failingSinceMs === null ? {} : { failing_since: formatTimestamp(health.failingSinceMs) }),
  }
}

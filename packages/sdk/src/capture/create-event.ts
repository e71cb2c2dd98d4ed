import { countCharacters, MAX_EVENT_NAME_CHARACTERS, MAX_METADATA_BYTES, utf8Bytes } from '@truecount/protocol'
import { errorText } from '../error-text.ts'
import type { QueuedEvent } from './event-queue.ts'

/** An event before it is serialised: what `track()` was given, with identity and time filled in. */
export interface EventDraft {
  event_name: string
  user_id: string | undefined
  timestamp: Date | number | string
  metadata: object | undefined
}

/** Serialised and within the contract's limits, or the first thing that is wrong with it, in words for its author. */
export type CreatedEvent =
  | { readonly kind: 'event'; readonly event: QueuedEvent }
  | { readonly kind: 'invalid'; readonly message: string }

/** Checks and serialises a draft. Never throws, whatever the draft holds. */
export function createEvent(draft: EventDraft, key: string): CreatedEvent {
  try {
    const problem = nameProblem(draft.event_name) ?? keyProblem(key)
    if (problem !== undefined) return invalid(problem)
    const metadata = draft.metadata === undefined ? undefined : JSON.stringify(draft.metadata)
    if (draft.metadata !== undefined && metadata?.[0] !== '{') return invalid('metadata must be an object')
    const metadataBytes = utf8Bytes(metadata ?? '')
    if (metadataBytes > MAX_METADATA_BYTES) {
      return invalid(`metadata must be at most ${MAX_METADATA_BYTES} bytes of JSON, got ${metadataBytes}`)
    }
    const head = JSON.stringify({
      event_name: draft.event_name,
      user_id: userId(draft.user_id),
      timestamp: timestamp(draft.timestamp),
      idempotency_key: key,
    })
    const json = metadata === undefined ? head : `${head.slice(0, -1)},"metadata":${metadata}}`
    return { kind: 'event', event: { key, json, bytes: utf8Bytes(json) } }
  } catch (cause) {
    return invalid(errorText(cause))
  }
}

function invalid(message: string): CreatedEvent {
  return { kind: 'invalid', message }
}

function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return 'event name must be a string that is not empty'
  const characters = countCharacters(name)
  if (characters <= MAX_EVENT_NAME_CHARACTERS) return undefined
  return `event name must be at most ${MAX_EVENT_NAME_CHARACTERS} characters, got ${characters}`
}

function keyProblem(key: unknown): string | undefined {
  return typeof key === 'string' && key !== '' ? undefined : 'idempotencyKey must be a string that is not empty'
}

function userId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new TypeError('userId must be a string')
}

function timestamp(value: Date | number | string): string {
  const iso = new Date(value).toISOString()
  if (typeof value === 'string') return value
  // Years beyond four digits print with a sign, which the contract does not know.
  if (/^[+-]/.test(iso)) throw new RangeError('timestamp must be in the years 0 to 9999')
  return iso
}

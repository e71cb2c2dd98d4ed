import { DEFAULT_ANALYTICS_REQUESTS_PER_MINUTE, DEFAULT_EVENTS_PER_MINUTE } from '@truecount/protocol'
import type { Exchange } from './exchange.ts'
import type { ApiKey } from '../store/registry.ts'
import type { Lease, Limiter } from './limiter.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'

export type QuotaName = 'events' | 'analytics'

/** Takes units of the caller's quota, and tells the caller what is left; or refuses, and nothing is taken. */
export type Spend = (units: number) => Promise<Outcome<undefined>>

const MINUTE_SECONDS = 60

/** Units a key has in a minute; 0: as many as it likes. */
export function unitsPerMinute(quota: QuotaName, key: ApiKey): number {
  return quota === 'events'
    ? (key.eventsPerMinute ?? DEFAULT_EVENTS_PER_MINUTE)
    : (key.analyticsPerMinute ?? DEFAULT_ANALYTICS_REQUESTS_PER_MINUTE)
}

/**
 * The quota of one request. Its `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) are on the
 * answer from now on, whatever the answer will be; they are left out where there is no limit.
 */
export async function openQuota(
  exchange: Exchange,
  quota: QuotaName | undefined,
  key: ApiKey,
  limiter: Limiter,
): Promise<Spend> {
  const limit = quota === undefined ? 0 : unitsPerMinute(quota, key)
  if (quota === undefined || limit === 0) return async () => ({ ok: true, value: undefined })
  const lease = async (units: number): Promise<Lease> => {
    const answer = await limiter.lease(`${quota} ${key.id}`, units, limit)
    exchange.set('RateLimit-Policy', `"default";q=${limit};w=${MINUTE_SECONDS}`)
    exchange.set('RateLimit', `"default";r=${answer.remaining};t=${seconds(answer.resetMs)}`)
    return answer
  }
  await lease(0)
  return async (units) => {
    if (units > limit) return tooMany(units, limit)
    const { granted, waitMs } = await lease(units)
    if (granted) return { ok: true, value: undefined }
    exchange.set('Retry-After', String(seconds(waitMs)))
    const what = quota === 'events' ? 'events' : 'analytics requests'
    return refuse('rate_limited', `This key is limited to ${limit} ${what} a minute: try again in ${seconds(waitMs)} s`)
  }
}

/** Not 429: waiting would never help. */
function tooMany(units: number, limit: number): Refusal {
  const message = `This key may send ${limit} events a minute, so a batch of ${units} can never pass: send smaller batches`
  return refuse('batch_too_large', message)
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000)
}

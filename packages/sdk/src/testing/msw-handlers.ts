import { BATCH_PATH, EVENT_PATH } from '@truecount/protocol'
import type { TestCollector } from './test-collector.ts'

/** The part of msw's `http` that is used (Mock Service Worker 2 and 3). */
export interface MswHttp<Handler> {
  post(path: string, resolver: (info: { readonly request: Request }) => Promise<Response>): Handler
}

/**
 * Request handlers for an app that already mocks its network with msw: `setupServer(...mswHandlers(http, collector))`.
 * `endpoint` is that of the tracker; without it, any.
 */
export function mswHandlers<Handler>(
  http: MswHttp<Handler>,
  collector: Pick<TestCollector, 'fetch'>,
  endpoint = '*',
): Handler[] {
  // A reply that is lost is a network error, which is how msw says so.
  const resolve = ({ request }: { readonly request: Request }) => collector.fetch(request).catch(() => Response.error())
  const base = endpoint.replace(/\/+$/, '')
  return [BATCH_PATH, EVENT_PATH].map((path) => http.post(`${base}${path}`, resolve))
}

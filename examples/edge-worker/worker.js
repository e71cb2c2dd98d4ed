import { createTracker } from 'truecount'

export default {
  async fetch(request, env, context) {
    // One for each request: what it sends may live as long as the request that began it, and no longer.
    const tracker = createTracker({
      key: env.TRUECOUNT_KEY,
      endpoint: env.TRUECOUNT_ENDPOINT,
      waitUntil: (work) => context.waitUntil(work),
    })
    tracker.track('api_called', { path: new URL(request.url).pathname })
    return new Response('Hello')
  },
}

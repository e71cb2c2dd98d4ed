// A worker of somebody who installed the package: a tracker for each request, and a page that waits for none of it.
import { createTracker } from './truecount.js'

// Outside of a request nothing may be awaited, timed or drawn at random: this must do none of it.
createTracker({ key: 'pk_test', endpoint: 'http://127.0.0.1:9' })

// oxlint-disable-next-line import/no-default-export -- the platform wants one
export default {
  async fetch(_request, environment, context) {
    const tracker = createTracker({
      key: 'pk_test',
      endpoint: environment.ENDPOINT,
      waitUntil: (work) => context.waitUntil(work),
    })
    for (let n = 0; n < 25; n++) tracker.track('tick', { n })
    return Response.json(tracker.stats())
  },
}

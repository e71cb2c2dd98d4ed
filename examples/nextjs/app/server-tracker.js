import { after } from 'next/server'
import { createTracker } from 'truecount'

/** `after` keeps a serverless function alive until its events are sent, and the answer need not wait for it. */
export const tracker = createTracker({
  key: process.env.NEXT_PUBLIC_TRUECOUNT_KEY,
  endpoint: process.env.NEXT_PUBLIC_TRUECOUNT_ENDPOINT,
  waitUntil: (work) => after(work),
})

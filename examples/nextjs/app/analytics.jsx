'use client'

import { useEffect } from 'react'
import { autoPageViews, createTracker } from 'truecount'
import { TrackerProvider, useTracker } from 'truecount/react'

const create = () =>
  createTracker({
    key: process.env.NEXT_PUBLIC_TRUECOUNT_KEY,
    endpoint: process.env.NEXT_PUBLIC_TRUECOUNT_ENDPOINT,
  })

/** The whole app's tracker: made in the browser, and only there. */
export function Analytics({ children }) {
  return (
    <TrackerProvider create={create}>
      <PageViews />
      {children}
    </TrackerProvider>
  )
}

function PageViews() {
  const tracker = useTracker()
  useEffect(() => autoPageViews(tracker), [tracker])
  return null
}

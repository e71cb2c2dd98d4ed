import { useEffect } from 'react'
import { autoPageViews } from 'truecount'
import { useTracker } from 'truecount/react'

export type Events = {
  signup: { plan: 'free' | 'pro' }
}

export function App() {
  const tracker = useTracker<Events>()
  useEffect(() => autoPageViews(tracker), [tracker])
  return <button onClick={() => tracker.track('signup', { plan: 'pro' })}>Sign up</button>
}

'use client'

import { useTracker } from 'truecount/react'

export function SignUp() {
  const tracker = useTracker()
  return (
    <button id="signup" onClick={() => tracker.track('signup', { plan: 'pro' })}>
      Sign up
    </button>
  )
}

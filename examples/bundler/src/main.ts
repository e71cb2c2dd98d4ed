import { autoPageViews, createTracker } from 'truecount'

type Events = {
  signup: { plan: 'free' | 'pro' }
  login: undefined
}

const tracker = createTracker<Events>({
  key: import.meta.env.VITE_TRUECOUNT_KEY,
  endpoint: import.meta.env.VITE_TRUECOUNT_ENDPOINT,
})

autoPageViews(tracker)

const onClick = (id: string, run: () => void) => document.getElementById(id)?.addEventListener('click', run)

onClick('signup', () => tracker.track('signup', { plan: 'pro' }))
onClick('login', () => {
  tracker.identify('user-42')
  tracker.track('login')
})
onClick('pricing', () => history.pushState(null, '', '/pricing'))

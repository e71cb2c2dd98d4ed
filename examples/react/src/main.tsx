import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createTracker } from 'truecount'
import { TrackerProvider } from 'truecount/react'
import { App, type Events } from './app.tsx'

const create = () =>
  createTracker<Events>({ key: import.meta.env.VITE_TRUECOUNT_KEY, endpoint: import.meta.env.VITE_TRUECOUNT_ENDPOINT })

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <TrackerProvider create={create}>
      <App />
    </TrackerProvider>
  </StrictMode>,
)

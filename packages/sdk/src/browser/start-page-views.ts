import type { PageViewOptions } from '../page-views.ts'
import type { Tracker } from '../tracker.ts'

/** The parts of a window that are looked at; `navigation` (HTML standard, Navigation API) where the browser has it. */
export type PageViewHost = Pick<Window, 'addEventListener' | 'history' | 'location' | 'reportError'> & {
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly prerendering?: boolean }
  readonly navigation?: Pick<EventTarget, 'addEventListener'>
}

/**
 * Captures a page view at first, at each navigation within the document (`pushState`, `replaceState`, back, forward,
 * fragments), and when the page comes back from the back/forward cache. A page that is prerendered is counted once it
 * is shown. The referrer is the page before, by its name: an address may hold what the name leaves out.
 */
export function startPageViews(
  host: PageViewHost,
  tracker: Pick<Tracker, 'page'>,
  { pageName }: PageViewOptions = {},
): () => void {
  const { document, history, location, navigation } = host
  const stopping = new AbortController()
  const { signal } = stopping
  let last: string | undefined
  let isFirst = true

  function look() {
    if (signal.aborted || document.prerendering) return
    try {
      const name = pageName ? pageName(location.href) : location.pathname
      if (name !== undefined && name !== last) tracker.page(name, isFirst ? {} : { referrer: last })
      last = name
      isFirst = false
    } catch (cause) {
      // The caller's own `pageName` failed: told as any uncaught error, and never in the middle of a navigation.
      host.reportError(cause)
    }
  }

  if (navigation) navigation.addEventListener('currententrychange', look, { signal })
  else {
    signal.addEventListener('abort', callAfter(history, 'pushState', look))
    signal.addEventListener('abort', callAfter(history, 'replaceState', look))
    host.addEventListener('popstate', look, { signal })
    host.addEventListener('hashchange', look, { signal })
  }
  document.addEventListener('prerenderingchange', look, { signal })
  host.addEventListener(
    'pageshow',
    ({ persisted }) => {
      if (!persisted) return
      last = undefined
      isFirst = true
      look()
    },
    { signal },
  )
  // Not at once: React's StrictMode starts, stops and starts again in one go, and that is one view.
  queueMicrotask(look)
  return () => stopping.abort()
}

/** Returns how to undo it; undone under another wrapper it stays, and does nothing: `then` must bear that. */
function callAfter(history: History, method: 'pushState' | 'replaceState', then: () => void): () => void {
  const original = history[method]
  const wrapped: typeof original = (...args) => {
    original.apply(history, args)
    then()
  }
  history[method] = wrapped
  return () => {
    if (history[method] === wrapped) history[method] = original
  }
}

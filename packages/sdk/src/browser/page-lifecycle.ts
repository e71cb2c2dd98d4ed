import type { TrackerCore } from '../tracker-parts.ts'
import type { KeepaliveBudget } from './keepalive-budget.ts'

/** What is listened to: `window`, or a test's stand-in. */
export interface Page {
  addEventListener(type: string, listener: () => void): void
  readonly document: { readonly visibilityState: string }
}

/**
 * Sends when the page may be about to go: hidden is the last state that is sure to be seen on a phone, `pagehide` on
 * a desktop (Page Lifecycle). `unload` is never used: it shuts the back/forward cache.
 * `onLeave`: the page may be frozen, or end. `onReturn`: it is there (again); called more often than it was away.
 */
export function startPageLifecycle(
  page: Page,
  core: Pick<TrackerCore, 'resume' | 'sendAtExit'>,
  budget: KeepaliveBudget,
  onLeave: () => void,
  onReturn: () => void,
): void {
  // Fired at the document, and bubbles (HTML standard, "page visibility").
  page.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'hidden') core.sendAtExit(budget.available)
    else onReturn()
  })
  page.addEventListener('pagehide', () => {
    core.sendAtExit(budget.available)
    onLeave()
  })
  page.addEventListener('pageshow', onReturn)
  page.addEventListener('online', core.resume)
}

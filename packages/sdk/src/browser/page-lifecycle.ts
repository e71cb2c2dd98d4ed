import type { Sender } from '../send/sender.ts'
import type { KeepaliveBudget } from './keepalive-budget.ts'

/** What is listened to: `window`, or a test's stand-in. */
export interface Page {
  addEventListener(type: string, listener: (event: Event) => void): void
  readonly document: { readonly visibilityState: string }
}

/**
 * Sends when the page may be about to go: hidden is the last state that is sure to be seen on a phone, `pagehide` on
 * a desktop (Page Lifecycle). `unload` is never used: it shuts the back/forward cache.
 * `onLeave` and `onReturn` bracket the time in which the page may be frozen.
 */
export function startPageLifecycle(
  page: Page,
  sender: Sender,
  budget: KeepaliveBudget,
  onLeave: () => void,
  onReturn: () => void,
): void {
  // Fired at the document, and bubbles (HTML standard, "page visibility").
  page.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'hidden') sender.sendAtExit(budget.available)
  })
  page.addEventListener('pagehide', () => {
    sender.sendAtExit(budget.available)
    onLeave()
  })
  page.addEventListener('pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return
    onReturn()
    sender.notice()
  })
  page.addEventListener('online', sender.resume)
}

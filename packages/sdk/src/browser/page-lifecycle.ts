import type { Sender } from '../send/sender.ts'
import type { KeepaliveBudget } from './keepalive-budget.ts'

/** What is listened to; `window` and `document`, or a test's stand-in. */
export interface PageEvents {
  readonly window: Pick<EventTarget, 'addEventListener'>
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly visibilityState: string }
}

/**
 * Sends when the page may be about to go: hidden is the last state that is sure to be seen on a phone, `pagehide` on
 * a desktop (Page Lifecycle). `unload` is never used: it shuts the back/forward cache.
 * `onLeave` and `onReturn` bracket the time in which the page may be frozen.
 */
export function startPageLifecycle(
  page: PageEvents,
  sender: Sender,
  budget: KeepaliveBudget,
  onLeave: () => void,
  onReturn: () => void,
): void {
  page.document.addEventListener('visibilitychange', () => {
    if (page.document.visibilityState === 'hidden') sender.sendAtExit(budget.available)
  })
  page.window.addEventListener('pagehide', () => {
    sender.sendAtExit(budget.available)
    onLeave()
  })
  page.window.addEventListener('pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return
    onReturn()
    sender.notice()
  })
  page.window.addEventListener('online', () => sender.resume())
}

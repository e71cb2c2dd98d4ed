import type { Tracker } from './tracker.ts'

export interface PageViewOptions {
  /**
   * What to call the page at an address; `undefined` for one that is not to be counted. Default: the address's path.
   * A change of address that leaves the name as it was is no page view.
   */
  readonly pageName?: (href: string) => string | undefined
}

/** Captures a page view now and at each navigation. Returns a function that stops it. */
export type AutoPageViews = (tracker: Pick<Tracker, 'page'>, options?: PageViewOptions) => () => void

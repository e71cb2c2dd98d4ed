import type { BrowserContext, Frame, Page } from 'playwright-core'
import type { Backend } from './backend.ts'

/** One way in which events get lost elsewhere, as data: any SDK can be put through it. */
export interface Scenario {
  readonly name: string
  /** Events 1 to this number are tracked. */
  readonly tracked: number
  /** Everything must arrive although the visitor never comes back. */
  readonly withoutReturn?: true
  /** A script of the host page, run before the SDK is loaded. */
  readonly before?: string
  /** A script of the host page, run after the SDK's tags. */
  readonly after?: string
  /** Sent with every page of the site. */
  readonly headers?: (collectorUrl: string) => Readonly<Record<string, string>>
  /** Chromium's own settings. */
  readonly preferences?: object
  run(stage: Stage): Promise<void>
}

/** What a scenario acts with. */
export interface Stage {
  readonly collector: Backend
  /** The browser as it is now: `comeBack` gives another. */
  context(): BrowserContext
  /** Opens the site in a new tab; at `/`, the default, waits until the SDK is there. */
  open(path?: string): Promise<Page>
  /** Closes the browser as a visitor does, and opens it again with what it had stored. */
  restartBrowser(): Promise<void>
}

/** Tracks events `from` to `to`, each with `bytes` of text. */
export async function track(page: Page | Frame, from: number, to: number, bytes = 0): Promise<void> {
  await page.evaluate(trackInPage, { from, to, text: 'x'.repeat(bytes), leaveTo: undefined })
}

/** Tracks, and starts a navigation in the same task. */
export async function trackAndLeave(page: Page, from: number, to: number, bytes = 0, path = NEXT_PATH): Promise<void> {
  await page.evaluate(trackInPage, { from, to, text: 'x'.repeat(bytes), leaveTo: path })
  await page.waitForURL(`**${path}`)
}

/** Another page of the site, without the SDK. */
export const NEXT_PATH = '/next'

/** Another page of the site, with the SDK. */
export const SECOND_PATH = '/second'

/** A page of the site that shows the first one in a frame without an origin. */
export const FRAMED_PATH = '/framed'

interface Tracking {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly leaveTo: string | undefined
}

function trackInPage({ from, to, text, leaveTo }: Tracking): void {
  for (let n = from; n <= to; n++) window.subject.track(n, text)
  if (leaveTo !== undefined) location.href = leaveTo
}

/** The renderer dies at once, as when it runs out of memory. */
export async function crash(page: Page): Promise<void> {
  const crashNow = await prepareCrash(page)
  await crashNow()
}

/** Resolves with what {@link crash} does, all prepared: a page could send much while it is. */
export async function prepareCrash(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  return async () => {
    const crashed = page.waitForEvent('crash')
    // Never answered: the one who would answer is dead.
    void session.send('Page.crash').catch(() => undefined)
    await crashed
  }
}

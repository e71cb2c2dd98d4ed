import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { OwnEvent } from './own-event.ts'

/** A browser that has clicked, and stays open so that its page can send what waits. */
export interface Browsing {
  readonly tracked: readonly OwnEvent[]
  close(): Promise<void>
}

/** Each click and the one event that the page's script tracks for it. */
const CLICKS: readonly (OwnEvent & { readonly button: string })[] = [
  { button: '#page-view', eventName: 'page_view', metadata: {} },
  { button: '#sign-up', eventName: 'user_signed_up', metadata: {} },
  { button: '#purchase-49', eventName: 'purchase_completed', metadata: { amount: 49 } },
  { button: '#purchase-900', eventName: 'purchase_completed', metadata: { amount: 900 } },
  { button: '#leave', eventName: 'checkout_left', metadata: {} },
  { button: '#page-view', eventName: 'page_view', metadata: {} },
  { button: '#leave', eventName: 'checkout_left', metadata: {} },
]

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How to get a browser, or `undefined` if it is there. */
export function whyNoBrowser(executablePath: string): string | undefined {
  if (existsSync(executablePath)) return undefined
  return `there is no Chromium at ${executablePath} (apt-get install chromium, or name another in CHROMIUM_PATH)`
}

/** Clicks through the page as a visitor would, leaving it right after a click, twice, and coming back. */
export async function browsePage(pageUrl: string, executablePath: string): Promise<Browsing> {
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_FLAGS })
  const page = await browser.newPage()
  const visit = async () => {
    await page.goto(pageUrl)
    await page.waitForSelector('body[data-ready]')
  }
  try {
    await visit()
    for (const { button } of CLICKS) {
      await page.click(button)
      if (button !== '#leave') continue
      await page.waitForURL('**/thanks.html')
      await visit()
    }
  } catch (error) {
    await browser.close()
    throw error
  }
  return { tracked: CLICKS, close: () => browser.close() }
}

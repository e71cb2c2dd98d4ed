import type { BrowserContext, Page } from 'playwright-core'
import { crash } from '../browser/scenario.ts'
import { type Destroyed, readVictim } from './destroyed.ts'
import { metadataOf, newLife, kindOf, type Kind, type Life } from './tracked.ts'

/** One tab that tracks. */
export interface TabLife {
  readonly life: Life
  /** Closes or crashes it in whatever it does. */
  kill(how: 'close' | 'crash'): Promise<void>
}

/** Tracks until it is killed. */
export async function startTabLife(
  context: BrowserContext,
  url: string,
  name: string,
  random: () => number,
): Promise<TabLife> {
  const life = newLife(name, true)
  const page = await openPage(context, url)
  let isGone = false
  const tracking = trackOn(page, life, random).then(() => (isGone = true))
  return {
    life,
    async kill(how) {
      life.wasKilled = true
      // Tabs of a site share a process: the crash of another may have taken this one along.
      if (!isGone) await (how === 'crash' ? crash(page) : page.close())
      await tracking
      await page.close()
    },
  }
}

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction(`'trackOne' in window`)
  return page
}

/** Resolves when the page is gone. */
async function trackOn(page: Page, life: Life, random: () => number): Promise<void> {
  const gone = new Promise<'gone'>((resolve) => {
    page.once('crash', () => resolve('gone'))
    page.once('close', () => resolve('gone'))
  })
  for (let n = 1; ; n++) {
    life.limbo = n
    const kind = kindOf(random())
    const metadata = metadataOf(life.name, n, kind)
    const call = page.evaluate<boolean>(`trackOne('chaos', ${JSON.stringify(metadata)})`).catch(() => 'gone' as const)
    const wasDropped = await Promise.race([call, gone])
    if (wasDropped === 'gone') return
    life.returned.set(n, wasDropped ? 'dropped' : (kind satisfies Kind))
    life.limbo = undefined
    if (
      random() < 0.2 &&
      (await Promise.race([page.waitForTimeout(random() * 60).catch(() => 'gone'), gone])) === 'gone'
    ) {
      return
    }
  }
}

/** Opens a tab that takes over what the dead ones left, and waits until nothing is left of it. */
export async function drainTabs(context: BrowserContext, url: string): Promise<void> {
  const page = await openPage(context, url)
  await page.waitForFunction(`flush(), waiting() === 0`, undefined, { timeout: 60_000, polling: 200 })
  await page.close()
}

/** Removes events from the web storage that dead tabs left: each by `chooses`, or not. `url` is of a page without the SDK. */
export async function destroyInStorage(
  context: BrowserContext,
  url: string,
  chooses: () => boolean,
): Promise<readonly Destroyed[]> {
  const page = await context.newPage()
  await page.goto(url)
  const entries = await page.evaluate<[name: string, json: string][]>(
    `Object.entries(localStorage).filter(([name]) => /^truecount:.*:event:/.test(name))`,
  )
  const victims = entries.flatMap(([name, json]) => {
    const victim = readVictim(json)
    return victim !== undefined && chooses() ? [{ name, victim }] : []
  })
  for (const { name } of victims) await page.evaluate(`localStorage.removeItem(${JSON.stringify(name)})`)
  await page.close()
  return victims.map(({ victim }) => victim)
}

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from './browser/chromium.ts'
import { htmlPage, startSite } from './browser/site.ts'
import type { Site } from './browser/site.ts'

/** Stands for a tracker: what is tested is when a page view is captured, and as what. */
const START = `
import { autoPageViews } from '/truecount.js'
globalThis.autoPageViews = autoPageViews
globalThis.views = []
globalThis.tracker = { page: (name, metadata) => views.push([name, metadata]) }
`

let profile: string
let context: BrowserContext
let site: Site
let page: Page

beforeAll(async () => {
  if (!hasChromium) return
  profile = await mkdtemp(join(tmpdir(), 'truecount-page-views-'))
  const built = fileURLToPath(new URL('dist/browser.js', import.meta.resolve('truecount/package.json')))
  const blank = htmlPage('<script type="module" src="/start.js"></script>')
  site = await startSite({
    headers: {},
    files: {
      '/': blank,
      '/elsewhere': htmlPage(''),
      '/start.js': { type: 'text/javascript', body: START },
      '/truecount.js': { type: 'text/javascript', body: await readFile(built, 'utf8') },
    },
  })
})

afterAll(async () => {
  await site?.stop()
  if (hasChromium) await rm(profile, { recursive: true })
})

/** Runs `script` in the page, then gives the views that came of it all. A task later, so that none is still to come. */
function viewsAfter(script: string): Promise<unknown> {
  return page.evaluate(`(async () => { ${script}; await new Promise((done) => setTimeout(done)); return views })()`)
}

describe.skipIf(!hasChromium).each([
  ['by the Navigation API', undefined],
  ['where there is no Navigation API', 'Object.defineProperty(globalThis, "navigation", { value: undefined })'],
])('each page is counted once %s', (_, init) => {
  beforeAll(async () => {
    context = await startChromium(profile)
    if (init !== undefined) await context.addInitScript(init)
  })

  afterAll(() => context.close())

  beforeEach(async () => {
    page = await context.newPage()
    await page.goto(site.url)
    await page.waitForFunction('globalThis.tracker !== undefined')
  })

  afterEach(() => page.close())

  test('the first one', async () => {
    expect(await viewsAfter('autoPageViews(tracker)')).toEqual([['/', {}]])
    expect(await page.evaluate('typeof navigation')).toBe(init === undefined ? 'object' : 'undefined')
  })

  test('pushState, replaceState and back, each with the page before as referrer', async () => {
    const views = await viewsAfter(`
      autoPageViews(tracker)
      await 0
      history.pushState(null, '', '/pricing')
      history.replaceState(null, '', '/pricing/pro')
      const back = new Promise((done) => addEventListener('popstate', done))
      history.back()
      await back
    `)
    expect(views).toEqual([
      ['/', {}],
      ['/pricing', { referrer: '/' }],
      ['/pricing/pro', { referrer: '/pricing' }],
      ['/', { referrer: '/pricing/pro' }],
    ])
  })

  test('not again for another query or fragment of it', async () => {
    const views = await viewsAfter(`
      autoPageViews(tracker)
      await 0
      history.replaceState(null, '', '/?tab=2')
      location.hash = 'top'
      await new Promise((done) => setTimeout(done, 50))
      history.pushState(null, '', '/proof')
    `)
    expect(views).toEqual([
      ['/', {}],
      ['/proof', { referrer: '/' }],
    ])
  })

  test('under the name that the application gives it, or not at all', async () => {
    const views = await viewsAfter(`
      const names = { '/users/1': 'user', '/users/2': 'user', '/secret': undefined, '/': 'home' }
      autoPageViews(tracker, { pageName: (href) => names[new URL(href).pathname] })
      await 0
      for (const path of ['/users/1', '/users/2', '/secret', '/users/1']) history.pushState(null, '', path)
    `)
    // An address without a name is nowhere, and so not in a referrer either.
    expect(views).toEqual([
      ['home', {}],
      ['user', { referrer: 'home' }],
      ['user', { referrer: undefined }],
    ])
  })

  test('once, where it is started, stopped and started again in one go', async () => {
    const views = await viewsAfter(`
      autoPageViews(tracker)()
      autoPageViews(tracker)
    `)
    expect(views).toEqual([['/', {}]])
  })

  test('no more after it is stopped, while another goes on', async () => {
    const views = await viewsAfter(`
      const stop = autoPageViews({ page: () => views.push('stopped') })
      autoPageViews(tracker)
      await 0
      stop()
      history.pushState(null, '', '/after')
    `)
    expect(views).toEqual(['stopped', ['/', {}], ['/after', { referrer: '/' }]])
  })

  test('a name that cannot be had is an error of the page, and never of the navigation', async () => {
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await viewsAfter(`
      autoPageViews(tracker, { pageName: () => { throw new Error('no name') } })
      await 0
      history.pushState(null, '', '/went')
    `)
    expect(await page.evaluate('location.pathname')).toBe('/went')
    expect(errors).toEqual(['no name', 'no name'])
  })

  test('a page that is prerendered only when it is shown', async () => {
    const views = await viewsAfter(`
      // A browser prerenders when it likes to; the page sees no more of it than this.
      let prerendering = true
      Object.defineProperty(document, 'prerendering', { get: () => prerendering })
      autoPageViews(tracker)
      await 0
      views.push('still hidden')
      prerendering = false
      document.dispatchEvent(new Event('prerenderingchange'))
    `)
    expect(views).toEqual(['still hidden', ['/', {}]])
  })

  test('again when it comes back from the back/forward cache', async () => {
    await viewsAfter('autoPageViews(tracker)')
    await page.goto(`${site.url}/elsewhere`)
    await page.goBack({ waitUntil: 'commit' })
    expect(await viewsAfter('')).toEqual([
      ['/', {}],
      ['/', {}],
    ])
  })
})

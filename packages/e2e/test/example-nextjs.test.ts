import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import type { NodeChild } from '@truecount/testkit'
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest'
import { hasChromium, startChromium } from './browser/chromium.ts'
import { makeNextApp } from './examples/next-app.ts'
import { startStage } from './examples/stage.ts'
import type { Stage } from './examples/stage.ts'

const START_MS = 60_000

let stage: Stage
let cleanUps: (() => Promise<unknown>)[]

beforeEach(async () => {
  cleanUps = []
  stage = await startStage()
})

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
  await stage.stop()
})

test.skipIf(!hasChromium)(
  'Next.js: client component, server action and route handler, each event once',
  async ({ skip }) => {
    const app = await makeNextApp()
    if (!app.ok) return skip(app.reason)
    const env = {
      NEXT_PUBLIC_TRUECOUNT_KEY: stage.key,
      NEXT_PUBLIC_TRUECOUNT_ENDPOINT: stage.url,
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: 'production',
    }
    const next = (...args: string[]): NodeChild => {
      const child = startNodeChild(app.next, { args, cwd: app.folder, env })
      cleanUps.push(() => child.kill())
      onTestFailed(() => console.error(child.output()))
      return child
    }
    expect((await next('build').exited).code).toBe(0)
    const local = /http:\/\/localhost:\d+/
    const [url = ''] = local.exec(await next('start', '-p', '0').waitForLine(local, START_MS)) ?? []

    // Rendered on the server, where the provider makes no tracker.
    expect(await (await fetch(url)).text()).toContain('Sign up')
    const order = { method: 'POST', body: '{"id":"1","amount":900}' }
    expect([
      (await fetch(`${url}/api/orders`, order)).status,
      (await fetch(`${url}/api/orders`, order)).status,
    ]).toEqual([202, 202])
    expect(await stage.stored(1)).toMatchObject([{ event_name: 'order_placed', metadata: { amount: 900 } }])

    const context = await startChromium(join(stage.folder, 'profile'))
    cleanUps.push(() => context.close())
    const page = await context.newPage()
    await page.goto(url, { waitUntil: 'networkidle' })
    await page.click('#signup')
    await page.click('#subscribe')
    expect((await stage.stored(4)).at(-1)).toMatchObject({
      event_name: 'subscribed',
      user_id: 'user-42',
      metadata: { plan: 'pro' },
    })
    await page.click('a[href="/pricing"]')
    await page.waitForURL('**/pricing')
    await page.close()

    const events = await stage.stored(5)
    expect(events.map(({ event_name }) => event_name)).toEqual([
      'order_placed',
      'page_view',
      'signup',
      'subscribed',
      'page_view',
    ])
    expect(
      events.filter(({ event_name }) => event_name === 'page_view').map(({ metadata }) => metadata['page']),
    ).toEqual(['/', '/pricing'])
  },
  400_000,
)

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import type { NodeChild } from '@truecount/testkit'
import { build } from 'esbuild'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { hasChromium, startChromium } from './browser/chromium.ts'
import { exampleFile, startViteSite } from './examples/example-app.ts'
import { startStage } from './examples/stage.ts'
import type { Stage } from './examples/stage.ts'
import { installPackage } from './install-package.ts'

const START_MS = 30_000
const MINIFLARE = '4.20260730.0'

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

/** Starts a script of an example as its `start` script does. */
function run(script: readonly [string, ...string[]], env: Record<string, string>): NodeChild {
  const child = startNodeChild(exampleFile(...script), { env: { PORT: '0', ...env } })
  cleanUps.push(() => child.kill())
  onTestFailed(() => console.error(child.output()))
  return child
}

async function listening(child: NodeChild): Promise<string> {
  const { port } = JSON.parse((await child.waitForLine(/^listening on /, START_MS)).slice(13)) as { port: number }
  return `http://127.0.0.1:${port}`
}

async function openPage(): Promise<{ page: Page; context: BrowserContext }> {
  const context = await startChromium(join(stage.folder, 'profile'))
  cleanUps.push(() => context.close())
  return { page: await context.newPage(), context }
}

const namesOf = (events: readonly { readonly event_name: string }[]) => events.map(({ event_name }) => event_name)

describe.skipIf(!hasChromium)('script-tag', () => {
  async function startSite(): Promise<string> {
    const child = run(['script-tag', 'serve.js'], { TRUECOUNT_KEY: stage.key, TRUECOUNT_ENDPOINT: stage.url })
    return child.waitForLine(/^http:/, START_MS)
  }

  test('calls made before the script is there wait in order, and those after it follow', async () => {
    const url = await startSite()
    const { page } = await openPage()
    let release: (() => unknown) | undefined
    await page.route('**/truecount.iife.js', (route) => void (release = () => route.continue()))
    await page.goto(url, { waitUntil: 'commit' })
    const waiting = () => page.evaluate('window.truecount?.q?.length')
    await expect.poll(waiting).toBe(1)
    await page.click('#signup')
    expect(await page.evaluate('truecount.q.map(([name]) => name)')).toEqual(['page', 'track'])
    await expect.poll(() => release).toBeDefined()
    await release?.()
    await expect.poll(waiting).toBe(undefined)
    await page.click('#signup')
    const events = await stage.stored(3)
    expect(namesOf(events)).toEqual(['page_view', 'signup', 'signup'])
    expect(events[1]).toMatchObject({ metadata: { plan: 'pro' }, user_id: expect.any(String) })
  })

  test('a script that is not the one that was meant is not run', async () => {
    const url = await startSite()
    const { page } = await openPage()
    await page.route('**/truecount.iife.js', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: `${await response.text()} ` })
    })
    await page.goto(url)
    expect(await page.evaluate('truecount.q.length')).toBe(1)
    await page.unroute('**/truecount.iife.js')
    await page.reload()
    expect(namesOf(await stage.stored(1))).toEqual(['page_view'])
  })
})

describe.skipIf(!hasChromium)('bundler', () => {
  test('counts the first page, a navigation by history, and the clicks', async () => {
    const env = { VITE_TRUECOUNT_KEY: stage.key, VITE_TRUECOUNT_ENDPOINT: stage.url }
    const site = await startViteSite('bundler', join(stage.folder, 'site'), env)
    cleanUps.push(() => site.stop())
    const { page } = await openPage()
    await page.goto(site.url)
    for (const id of ['signup', 'pricing', 'login']) await page.click(`#${id}`)
    // What was tracked in the last moment is sent while the page goes.
    await page.close()
    const events = await stage.stored(5)
    expect(namesOf(events)).toEqual(['page_view', 'signup', 'page_view', '$identify', 'login'])
    expect(events[0]?.metadata).toEqual({ page: '/' })
    expect(events[2]?.metadata).toEqual({ page: '/pricing', referrer: '/' })
    expect(events[3]?.metadata['anonymous_id']).toBe(events[0]?.user_id)
    expect(events[4]?.user_id).toBe('user-42')
  })
})

describe.skipIf(!hasChromium)('react', () => {
  test.each(['development', 'production'])('one tracker and one page view, built for %s', async (mode) => {
    const env = { VITE_TRUECOUNT_KEY: stage.key, VITE_TRUECOUNT_ENDPOINT: stage.url, NODE_ENV: mode }
    const site = await startViteSite('react', join(stage.folder, 'site'), env)
    cleanUps.push(() => site.stop())
    const { page } = await openPage()
    await page.goto(site.url)
    await page.click('button')
    // A tracker holds one lock for as long as its tab lives.
    expect(await page.evaluate('navigator.locks.query().then(({ held }) => held.length)')).toBe(1)
    await page.close()
    const events = await stage.stored(2)
    expect(namesOf(events)).toEqual(['page_view', 'signup'])
  })
})

describe('node-service', () => {
  test('an order is one event, though the client repeats it and the service is killed', async () => {
    const env = {
      TRUECOUNT_KEY: stage.key,
      TRUECOUNT_ENDPOINT: stage.url,
      EVENTS_DIR: join(stage.folder, 'events'),
    }
    const first = run(['node-service', 'service.ts'], env)
    const url = await listening(first)
    const order = async (id: string) => {
      const body = JSON.stringify({ id, userId: 'user-42', amount: 900 })
      return (await fetch(url, { method: 'POST', body })).status
    }
    expect([await order('1'), await order('1'), await order('2')]).toEqual([202, 202, 202])
    expect((await fetch(url, { method: 'POST', body: 'no JSON' })).status).toBe(400)
    await first.kill('SIGKILL')

    const second = run(['node-service', 'service.ts'], env)
    await listening(second)
    const events = await stage.stored(2)
    expect(events).toMatchObject([
      { event_name: 'order_placed', user_id: 'user-42', metadata: { amount: 900 } },
      { event_name: 'order_placed' },
    ])
    const { code } = await second.kill('SIGTERM')
    expect(second.output()).toContain('0 events wait for the next start')
    expect(code).toBe(0)
    expect(await stage.stored(2)).toHaveLength(2)
  })
})

describe('edge-worker', () => {
  test('what a request tracks is sent though its answer is out', async ({ skip }) => {
    const installed = await installPackage('runtimes', 'miniflare', MINIFLARE)
    if (!installed.ok) return skip(installed.reason)
    const main = pathToFileURL(join(installed.modules, 'miniflare/dist/src/index.js')).href
    const { Miniflare } = (await import(main)) as { Miniflare: Miniflare }
    const { outputFiles } = await build({
      entryPoints: [exampleFile('edge-worker', 'worker.js')],
      bundle: true,
      format: 'esm',
      conditions: ['workerd', 'worker'],
      write: false,
    })
    const worker = new Miniflare({
      modules: true,
      script: outputFiles[0]?.text,
      compatibilityDate: '2026-01-01',
      bindings: { TRUECOUNT_KEY: stage.key, TRUECOUNT_ENDPOINT: stage.url },
    })
    cleanUps.push(() => worker.dispose())
    const answers = await Promise.all(['/a', '/b'].map((path) => worker.dispatchFetch(`http://worker.test${path}`)))
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['Hello', 'Hello'])
    const events = await stage.stored(2)
    expect(namesOf(events)).toEqual(['api_called', 'api_called'])
    expect(new Set(events.map(({ metadata }) => metadata['path']))).toEqual(new Set(['/a', '/b']))
  }, 180_000)
})

/** The part of Miniflare's API that is used; its types come with an install that may not be there. */
interface Miniflare {
  new (options: object): { dispatchFetch(url: string): Promise<Response>; dispose(): Promise<void> }
}

describe('webhook-receiver', () => {
  const track = () =>
    fetch(`${stage.url}/api/v1/events?key=${stage.key}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: '{"event_name":"signup"}',
    })

  test.each([
    ['plain-http.ts', '/'],
    ['express.ts', '/webhook'],
  ])('%s takes what the collector signed, and nothing else', async (script, path) => {
    // The secret is known once there is a webhook, and the webhook's address once something listens there.
    const probe = run(['webhook-receiver', script], { TRUECOUNT_WEBHOOK_SECRET: 'unused' })
    const url = await listening(probe)
    const secret = await stage.subscribe(url + path)
    await probe.kill()
    const receiver = run(['webhook-receiver', script], {
      TRUECOUNT_WEBHOOK_SECRET: secret,
      PORT: new URL(url).port,
    })
    await listening(receiver)

    const forged = await fetch(url + path, { method: 'POST', body: '{"event_name":"forged"}' })
    expect([forged.status, await forged.text()]).toEqual([401, 'missing_headers'])
    expect((await track()).status).toBe(202)
    expect(await receiver.waitForLine(/signup/, START_MS)).toMatch(/^\S+: signup$/)
    expect(receiver.output()).not.toContain('forged')
  })

  test('next-route.ts answers a forged delivery with 401', async () => {
    const { POST } = (await import(pathToFileURL(exampleFile('webhook-receiver', 'next-route.ts')).href)) as {
      POST: (request: Request) => Promise<Response>
    }
    process.env['TRUECOUNT_WEBHOOK_SECRET'] = 'whsec_c2VjcmV0'
    cleanUps.push(async () => delete process.env['TRUECOUNT_WEBHOOK_SECRET'])
    const forged = await POST(new Request('https://app.example/api/webhook', { method: 'POST', body: '{}' }))
    expect([forged.status, await forged.text()]).toEqual([401, 'missing_headers'])
  })
})

test('the examples import only what is published', async () => {
  const { exports } = JSON.parse(await readFile(new URL('../../sdk/package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, unknown>
  }
  const published = Object.keys(exports).map((entry) => entry.replace(/^\./, 'truecount'))
  const seen = new Set<string>()
  const { glob } = await import('node:fs/promises')
  for await (const file of glob('*/**/*.{js,jsx,ts,tsx,html}', {
    cwd: exampleFile(),
    exclude: (path) => /node_modules|dist|\.types|\.next|^demo/.test(path),
  })) {
    const code = await readFile(exampleFile(file), 'utf8')
    for (const [, name = ''] of code.matchAll(/['"]((?:truecount|@truecount)\/?[^'"\s]*)['"]/g)) seen.add(name)
  }
  expect(seen.size).toBeGreaterThan(3)
  expect([...seen].filter((name) => !published.includes(name))).toEqual([])
})

import { always, ok, sequence, status } from '@truecount/testkit'
import { FRAMED_PATH, crash, track, trackAndLeave } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const FILL_STORAGE = `
for (let size = 2 ** 20; size >= 1; size /= 2) {
  try {
    for (let i = 0; ; i++) localStorage.setItem('host-' + size + '-' + i, 'x'.repeat(size))
  } catch {}
}`

export const FORBID_STORAGE = `
for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } })
}`

// Or the next attempt might come before the page goes.
const LONGEST_BACKOFF = `
Math.random = () => 0.999`

const COUNT_VIOLATIONS = `
window.violations = []
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective))`

const CLOCK_JUMPS_BACK = `
const start = Date.now
let offset = 0
window.jumpBack = () => { offset -= 86_400_000 }
Date.now = () => start() + offset`

/** Host pages, browsers and visitors that are not as one would like them. */
export const hostScenarios: readonly Scenario[] = [
  {
    name: 'storage full, navigation in the same task',
    tracked: 10,
    withoutReturn: true,
    before: FILL_STORAGE,
    async run({ open }) {
      await trackAndLeave(await open(), 1, 10)
    },
  },
  {
    name: 'storage full, 503, the page staying',
    tracked: 40,
    withoutReturn: true,
    before: FILL_STORAGE,
    async run({ open, collector }) {
      collector.setFaults(sequence([status(503), status(503)], ok))
      await track(await open(), 1, 40, 1024)
    },
  },
  {
    name: 'storage that throws, navigation in the same task',
    tracked: 10,
    withoutReturn: true,
    before: FORBID_STORAGE,
    async run({ open }) {
      await trackAndLeave(await open(), 1, 10)
    },
  },
  {
    name: 'storage that throws, tab closed right after track',
    tracked: 10,
    withoutReturn: true,
    before: FORBID_STORAGE,
    async run({ open }) {
      const page = await open()
      await track(page, 1, 10)
      await page.close()
    },
  },
  {
    name: 'storage that throws, navigation after a failed attempt',
    tracked: 20,
    withoutReturn: true,
    before: FORBID_STORAGE + LONGEST_BACKOFF,
    async run({ open, collector }) {
      collector.setFaults(sequence([status(503)], ok))
      const page = await open()
      const failed = page.waitForResponse((response) => response.status() === 503)
      await track(page, 1, 20)
      await failed
      await trackAndLeave(page, 21, 20)
    },
  },
  {
    name: 'a sandboxed frame without an origin, the page around it navigating',
    tracked: 10,
    withoutReturn: true,
    async run({ open }) {
      const page = await open(FRAMED_PATH)
      const [, frame] = page.frames()
      if (frame === undefined) throw new Error('The page has no frame')
      await frame.waitForFunction(() => 'subject' in window)
      await track(frame, 1, 10)
      await page.goto('about:blank')
    },
  },
  {
    name: 'site data blocked in the settings of the browser',
    tracked: 10,
    withoutReturn: true,
    preferences: { profile: { default_content_setting_values: { cookies: 2 } } },
    async run({ open }) {
      const page = await open()
      const isBlocked = await page.evaluate(() => {
        try {
          return localStorage.length < 0
        } catch {
          return true
        }
      })
      if (!isBlocked) throw new Error('The setting had no effect')
      await trackAndLeave(page, 1, 10)
    },
  },
  {
    name: 'a strict content security policy',
    tracked: 20,
    withoutReturn: true,
    before: COUNT_VIOLATIONS,
    headers: (collectorUrl) => ({
      'content-security-policy': `default-src 'none'; script-src 'self'; connect-src ${collectorUrl}; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'`,
    }),
    async run({ open }) {
      const page = await open()
      await track(page, 1, 20)
      await page.waitForFunction(() => window.subject.isIdle())
      const violations = () => page.evaluate(() => (window as unknown as { violations: string[] }).violations)
      const ofSdk = await violations()
      if (ofSdk.length > 0) throw new Error(`The policy was violated: ${ofSdk.join(', ')}`)
      // The proof that violations are seen: this page may not even ask its own site.
      await page.evaluate(() => fetch('/').catch(() => undefined))
      await page.waitForFunction(() => (window as unknown as { violations: string[] }).violations.length === 1)
    },
  },
  {
    name: 'a clock that jumps back a day',
    tracked: 30,
    withoutReturn: true,
    before: CLOCK_JUMPS_BACK,
    async run({ open, collector }) {
      collector.setFaults(sequence([status(503)], ok))
      const page = await open()
      const failed = page.waitForResponse((response) => response.status() === 503)
      await track(page, 1, 20)
      await failed
      await page.evaluate(() => (window as unknown as { jumpBack(): void }).jumpBack())
      await track(page, 21, 30)
    },
  },
  {
    name: 'ten tabs at once, some closed and some crashed',
    tracked: 200,
    async run({ open }) {
      const tabs = await Promise.all(Array.from({ length: 10 }, () => open()))
      await Promise.all(
        tabs.map(async (tab, i) => {
          await track(tab, 1 + 20 * i, 20 + 20 * i)
          if (i % 3 === 1) await tab.close()
          if (i % 3 === 2) await crash(tab)
        }),
      )
    },
  },
  {
    name: 'ten tabs in an outage, some closed and some crashed',
    tracked: 100,
    async run({ open, collector }) {
      collector.setFaults(always(status(503)))
      const tabs = await Promise.all(Array.from({ length: 10 }, () => open()))
      await Promise.all(
        tabs.map(async (tab, i) => {
          await track(tab, 1 + 10 * i, 10 + 10 * i)
          if (i % 3 === 1) await tab.close()
          if (i % 3 === 2) await crash(tab)
        }),
      )
      collector.setFaults(always(ok))
    },
  },
]

import { prepareCrash, track, trackAndLeave } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { SILENT_PATH } from './site.ts'

/** Pages that go away, in all the ways that pages do. */
export const leavingScenarios: readonly Scenario[] = [
  {
    name: 'navigation in the same task as track',
    tracked: 20,
    withoutReturn: true,
    async run({ open }) {
      await trackAndLeave(await open(), 1, 20)
    },
  },
  {
    name: 'navigation in the same task as track, too few events for a batch',
    tracked: 10,
    withoutReturn: true,
    async run({ open }) {
      await trackAndLeave(await open(), 1, 10)
    },
  },
  {
    name: '60 events of 3 KB, then navigation',
    tracked: 60,
    async run({ open }) {
      await trackAndLeave(await open(), 1, 60, 3 * 1024)
    },
  },
  {
    name: 'crash of the tab right after track',
    tracked: 20,
    async run({ open }) {
      const page = await open()
      const crashNow = await prepareCrash(page)
      await track(page, 1, 20)
      await crashNow()
    },
  },
  {
    name: 'tab closed right after track',
    tracked: 10,
    withoutReturn: true,
    async run({ open }) {
      const page = await open()
      await track(page, 1, 10)
      await page.close()
    },
  },
  {
    name: 'page hidden and never seen again',
    tracked: 5,
    withoutReturn: true,
    async run({ open }) {
      const page = await open()
      await page.evaluate(() => {
        // Frozen: its timers never fire again.
        window.setTimeout = (() => 0) as never
        for (let n = 1; n <= 5; n++) window.subject.track(n, '')
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
        Object.defineProperty(document, 'hidden', { value: true })
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      })
    },
  },
  {
    name: 'navigation while the host page fills the keepalive budget',
    tracked: 20,
    before: fillKeepaliveBudget(),
    async run({ open }) {
      await trackAndLeave(await open(), 1, 20)
    },
  },
  {
    name: 'a host page that fills the keepalive budget and stays',
    tracked: 20,
    withoutReturn: true,
    before: fillKeepaliveBudget(),
    async run({ open }) {
      await track(await open(), 1, 20)
    },
  },
]

/** 63 KB in flight for as long as the page lives, of the 64 KB that all its keepalive requests may have. */
function fillKeepaliveBudget(): string {
  return `void fetch('${SILENT_PATH}', { method: 'POST', keepalive: true, body: 'x'.repeat(63 * 1024) })`
}

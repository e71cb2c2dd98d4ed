import { expect, test } from 'vitest'
import { createKeepaliveBudget } from '../../src/browser/keepalive-budget.ts'
import { startPageLifecycle } from '../../src/browser/page-lifecycle.ts'

function setUp() {
  const calls: string[] = []
  const listened: string[] = []
  const window = new EventTarget()
  const addEventListener = (type: string, listener: (event: Event) => void) => {
    listened.push(type)
    window.addEventListener(type, listener)
  }
  const document = { visibilityState: 'visible' }
  const core = {
    sendAtExit: (budgetBytes: () => number) => void calls.push(`exit ${budgetBytes()}`),
    resume: () => void calls.push('resume'),
  }
  const budget = createKeepaliveBudget()
  startPageLifecycle(
    { addEventListener, document },
    core,
    budget,
    () => calls.push('leave'),
    () => calls.push('return'),
  )
  return { window, document, calls, listened, exit: `exit ${budget.available()}` }
}

test('what waits is sent when the page is hidden; when it is shown, it is looked for what others left', () => {
  const { window, document, calls, exit } = setUp()
  window.dispatchEvent(new Event('visibilitychange'))
  expect(calls.splice(0)).toEqual(['return'])
  document.visibilityState = 'hidden'
  window.dispatchEvent(new Event('visibilitychange'))
  expect(calls).toEqual([exit])
})

test('as the page goes it is sent first, and then the lanes are let go', () => {
  const { window, calls, exit } = setUp()
  window.dispatchEvent(new Event('pagehide'))
  expect(calls).toEqual([exit, 'leave'])
})

test('a page that is shown, for the first time or from the back/forward cache, takes its lanes', () => {
  const { window, calls } = setUp()
  window.dispatchEvent(new Event('pageshow'))
  expect(calls).toEqual(['return'])
})

test('being online again ends a wait', () => {
  const { window, calls } = setUp()
  window.dispatchEvent(new Event('online'))
  expect(calls).toEqual(['resume'])
})

test('no listener shuts the back/forward cache', () => {
  const { listened } = setUp()
  expect(listened.toSorted()).toEqual(['online', 'pagehide', 'pageshow', 'visibilitychange'])
})

import { expect, test } from 'vitest'
import { createKeepaliveBudget } from '../../src/browser/keepalive-budget.ts'
import { startPageLifecycle } from '../../src/browser/page-lifecycle.ts'
import type { Sender } from '../../src/send/sender.ts'

function setUp() {
  const calls: string[] = []
  const listened: string[] = []
  const window = new EventTarget()
  const addEventListener = (type: string, listener: (event: Event) => void) => {
    listened.push(type)
    window.addEventListener(type, listener)
  }
  const document = { visibilityState: 'visible' }
  const sender: Sender = {
    notice: () => void calls.push('notice'),
    drain: async () => undefined,
    sendAtExit: (budgetBytes) => void calls.push(`exit ${budgetBytes()}`),
    resume: () => void calls.push('resume'),
    stop: () => undefined,
  }
  const budget = createKeepaliveBudget()
  startPageLifecycle(
    { addEventListener, document },
    sender,
    budget,
    () => calls.push('leave'),
    () => calls.push('return'),
  )
  return { window, document, calls, listened, exit: `exit ${budget.available()}` }
}

test('what waits is sent when the page is hidden, and not when it is shown', () => {
  const { window, document, calls, exit } = setUp()
  window.dispatchEvent(new Event('visibilitychange'))
  expect(calls).toEqual([])
  document.visibilityState = 'hidden'
  window.dispatchEvent(new Event('visibilitychange'))
  expect(calls).toEqual([exit])
})

test('as the page goes it is sent first, and then the lanes are let go', () => {
  const { window, calls, exit } = setUp()
  window.dispatchEvent(new Event('pagehide'))
  expect(calls).toEqual([exit, 'leave'])
})

test('a page back from the back/forward cache takes its lanes again and sends; a page just loaded does not', () => {
  const { window, calls } = setUp()
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  expect(calls).toEqual([])
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(calls).toEqual(['return', 'notice'])
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

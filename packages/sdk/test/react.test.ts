import { createElement, StrictMode } from 'react'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { TrackerProvider, useTracker, type TrackerProviderProps } from '../src/react/index.ts'
import type { Tracker } from '../src/tracker.ts'

interface Events extends Record<string, object | undefined> {
  signed_up: { plan: string }
}

const seen: Tracker<Events>[] = []

function Button() {
  const tracker = useTracker<Events>()
  seen.push(tracker)
  return createElement('button', { onClick: () => tracker.track('signed_up', { plan: 'pro' }) }, 'Sign up')
}

function App({ create }: Pick<TrackerProviderProps, 'create'>) {
  const provider = createElement(TrackerProvider, { create }, createElement(Button))
  return createElement(StrictMode, null, provider)
}

test('renders on a server, where there is no window, and makes no tracker there', async () => {
  expect(typeof window).toBe('undefined')
  let made = 0
  const create = (): Tracker => {
    made++
    throw new Error('a tracker was made on the server')
  }
  expect(renderToString(createElement(App, { create }))).toBe('<button>Sign up</button>')
  const stream = renderToPipeableStream(createElement(App, { create }))
  expect(await text(stream.pipe(new PassThrough()))).toContain('<button>Sign up</button>')
  expect(made).toBe(0)
})

test('useTracker without a provider says what to do', () => {
  expect(() => renderToString(createElement(Button))).toThrow('needs a <TrackerProvider create={…}> above it')
})

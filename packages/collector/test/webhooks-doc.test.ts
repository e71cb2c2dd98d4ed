import { readFileSync } from 'node:fs'
import { startWebhookSink } from '@truecount/testkit'
import { afterAll, expect, test } from 'vitest'
import { SETTINGS } from '../src/config.ts'
import { ATTEMPT_TIMEOUT_MS } from '../src/deliver/attempt.ts'
import { SLOTS } from '../src/deliver/delivery-worker.ts'
import { FAILING_DAYS } from '../src/deliver/judge-attempt.ts'
import { MAX_ANSWER_BYTES } from '../src/deliver/post-webhook.ts'
import { RETRY_SCHEDULE_MS } from '../src/deliver/retry-schedule.ts'
import { OLD_SECRET_MS } from '../src/deliver/secret-rotation.ts'
import { tellExamples } from './doc-examples.ts'
import { startTestApp } from './start-test-app.ts'

const PAGE = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const stop of stops) await stop()
})

test('Every example of the page is answered as it stands there', async () => {
  const app = await startTestApp()
  const sink = await startWebhookSink()
  stops.push(app.stop, sink.stop)
  const examples = await tellExamples(PAGE, app, sink.url)
  expect(examples.length).toBeGreaterThan(4)
  for (const { told, documented } of examples) expect(told).toEqual(documented)
  expect(sink.deliveries.map(({ path }) => path)).toEqual(['/truecount'])
})

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

test('The numbers of the page are those of the program', () => {
  const text = PAGE.replaceAll(/\s+/g, ' ')
  const [, waits = '', last = ''] = /after ((?:\d+ [smh], )+\d+ [smh]) and (\d+ [smh]),/.exec(text) ?? []
  const inMs = [...waits.split(', '), last].map((wait) => {
    const [number, unit] = wait.split(' ')
    return Number(number) * (UNITS[unit as string] as number)
  })
  expect([0, ...inMs]).toEqual(RETRY_SCHEDULE_MS)
  expect(RETRY_SCHEDULE_MS).toHaveLength(10)
  expect(text).toContain('ten times in all')
  expect(text).toContain(`no answer within ${ATTEMPT_TIMEOUT_MS / 1000} seconds`)
  expect(text).toContain(`failures alone for ${FAILING_DAYS} days`)
  expect(text).toContain(`any other with up to ${SLOTS.perWebhook},`)
  expect(text).toContain(`For ${OLD_SECRET_MS / 3_600_000} hours both secrets sign`)
  expect(text).toContain(`kept for ${SETTINGS.webhookRetention.initial} days after it ended`)
  expect([MAX_ANSWER_BYTES, text.includes('the first KB')]).toEqual([1024, true])
})

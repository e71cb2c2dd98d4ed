import { afterEach, describe, expect, test } from 'vitest'
import type { TestAppOptions } from './start-test-app.ts'
import { DAY_MS, SECOND_MS, startWebhookTest, status } from './start-webhook-test.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}) {
  const parts = await startWebhookTest(options)
  stops.push(parts.stop)
  return parts
}

describe('A webhook that asks to slow down', () => {
  test.each([
    ['in seconds', '90'],
    ['with a date', 'Tue, 30 Jan 2024 10:01:30 GMT'],
  ])('is left alone as long as Retry-After says, by every delivery: %s', async (_how, value) => {
    const { send, settled, advance, script, proveAwake, sink, deliveries } = await started()
    script.answer = status(503, { 'retry-after': value })
    await send()
    await settled(1)
    await send()
    await advance(89 * SECOND_MS)
    expect(await proveAwake()).toBe(1)
    const [, first] = await deliveries()
    expect(first.next_attempt_at).toBe('2024-01-30T10:01:30Z')
    script.answer = status(204)
    await advance(SECOND_MS)
    await sink.waitFor((all) => all.filter(({ path }) => path !== '/proof').length === 3)
  })

  test.each([429, 502, 504])(
    'by %s and no more is given longer pauses each time, and none after a success',
    async (code) => {
      const { send, settled, advance, script, app, sink, proveAwake } = await started()
      script.answer = status(code)
      await send(8)
      // All eight were under way together: one pause, not eight.
      await settled(8)
      await advance(5 * SECOND_MS)
      await settled(9)
      await advance(9 * SECOND_MS)
      expect(await proveAwake()).toBe(9)
      script.answer = status(204)
      await advance(SECOND_MS)
      await expect.poll(() => sink.deliveries.filter(({ path }) => path !== '/proof').length).toBeGreaterThan(9)
      const metrics = await (await fetch(`${app.url}/metrics`)).text()
      expect(metrics).toMatch(/^webhook_deliveries_total\{outcome="retry"\} 9$/m)
    },
  )
})

describe('A webhook is switched off, and says why', () => {
  test('by 410 Gone: what waits is held, nothing new goes there, and switching it on goes on', async () => {
    const lines: string[] = []
    const log = (level: string, msg: string, facts = {}) => void lines.push(JSON.stringify({ level, msg, ...facts }))
    const { app, at, send, settled, script, change, deliveries, sink, clock, proveAwake } = await started({ log })
    script.answer = status(410)
    await send()
    await settled(1)
    const shown = (await app.get(at)).body
    expect(shown).toMatchObject({
      status: 'disabled',
      disabled_reason: expect.stringContaining('410 Gone'),
      disabled_at: '2024-01-30T10:00:00Z',
    })
    await expect.poll(() => lines.filter((line) => line.includes('webhook disabled'))).toHaveLength(1)
    expect(lines.find((line) => line.includes('webhook disabled'))).toContain('"reason":"It answered 410 Gone')
    expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(/^webhooks_disabled_total 1$/m)
    await send()
    expect(await deliveries()).toMatchObject([{ state: 'held', attempts: [{ number: 1, status: 410 }] }])
    await clock.advance(DAY_MS)
    expect(await proveAwake()).toBe(1)
    script.answer = status(204)
    const on = await change('PATCH', at, { status: 'active' })
    expect(on.body).not.toHaveProperty('disabled_reason')
    await sink.waitFor((all) => all.filter(({ path }) => path !== '/proof').length === 2)
    await expect.poll(async () => (await deliveries())[0].state).toBe('delivered')
  })

  test('by failing for five days without a success, and not by failing once after a long silence', async () => {
    const { app, at, send, settled, advance, script } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    expect((await app.get(at)).body.failing_since).toBe('2024-01-30T10:00:00Z')
    // Nothing was sent for twenty days but what had been given up: that is no failing.
    await advance(20 * DAY_MS)
    await settled(2)
    expect((await app.get(at)).body).toMatchObject({ status: 'active', failing_since: '2024-02-19T10:00:00Z' })
    let made = 2
    for (let day = 1; day <= 4; day++) {
      await advance(DAY_MS)
      await settled((made += 1))
      expect((await app.get(at)).body).toMatchObject({ status: 'active', failing_since: '2024-02-19T10:00:00Z' })
    }
    await advance(DAY_MS)
    await settled(made + 1)
    expect((await app.get(at)).body).toMatchObject({
      status: 'disabled',
      disabled_reason: 'Every attempt failed for 5 days',
    })
  })

  test('and one success in between begins the days anew', async () => {
    const { app, at, send, settled, advance, script } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    script.answer = status(204)
    await advance(DAY_MS)
    await settled(2)
    expect((await app.get(at)).body).not.toHaveProperty('failing_since')
  })
})

test('Retries are spread: a wait is up to a tenth longer, never shorter', async () => {
  const { send, settled, script, deliveries } = await started({ random: () => 0.5 })
  script.answer = status(500)
  await send()
  await settled(1)
  expect((await deliveries())[0].next_attempt_at).toBe('2024-01-30T10:00:05.250Z')
})

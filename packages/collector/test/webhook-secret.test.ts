import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { DAY_MS, SECRET, startWebhookTest } from './start-webhook-test.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started() {
  const parts = await startWebhookTest()
  stops.push(parts.stop)
  return parts
}

describe('Rotating the secret', () => {
  test('has the old and the new one sign for 24 hours, the body by the new one, and then the new one alone', async () => {
    const { at, app, send, change, sink, advance } = await started()
    const rotated = await change('POST', `${at}/rotate-secret`)
    expect(rotated).toMatchObject({
      status: 200,
      body: { secret: expect.stringMatching(/^whsec_/), previous_secret_signs_until: '2024-01-31T10:00:00Z' },
    })
    expect(JSON.stringify((await app.get(at)).body)).not.toContain('whsec_')
    const [old, fresh] = [new Webhook(SECRET), new Webhook(rotated.body.secret)]
    // The library reads the system's clock: signatures are checked as those of that instant.
    const isSignedBy = (verifier: Webhook, index: number) => {
      const { rawBody, headers } = sink.deliveries[index] as (typeof sink.deliveries)[number]
      const signed = verifier.sign(
        String(headers['webhook-id']),
        new Date(Number(headers['webhook-timestamp']) * 1000),
        rawBody.toString(),
      )
      return String(headers['webhook-signature']).split(' ').includes(signed)
    }
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect([isSignedBy(old, 0), isSignedBy(fresh, 0)]).toEqual([true, true])
    const tested = await change('POST', `${at}/test`)
    expect(tested.body.state).toBe('delivered')
    expect([isSignedBy(old, 1), isSignedBy(fresh, 1)]).toEqual([true, true])
    await advance(DAY_MS)
    await send()
    await sink.waitFor((all) => all.length === 3)
    expect([isSignedBy(old, 2), isSignedBy(fresh, 2)]).toEqual([false, true])
  })

  test('may be done again meanwhile, each old secret signing its 24 hours, but not without end', async () => {
    const { at, send, change, sink } = await started()
    for (let i = 0; i < 4; i++) expect((await change('POST', `${at}/rotate-secret`)).status).toBe(200)
    const refused = await change('POST', `${at}/rotate-secret`)
    expect(refused.body).toMatchObject({
      error: 'conflict',
      message: expect.stringContaining('old secrets still sign'),
    })
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect(String(sink.deliveries[0]?.headers['webhook-signature']).split(' ')).toHaveLength(5)
    // A secret that leaked is replaced at once.
    await change('PATCH', at, { secret: SECRET })
    await send()
    await sink.waitFor((all) => all.length === 2)
    expect(String(sink.deliveries[1]?.headers['webhook-signature']).split(' ')).toHaveLength(1)
    expect((await change('POST', '/api/v1/webhooks/none/rotate-secret')).status).toBe(404)
  })
})

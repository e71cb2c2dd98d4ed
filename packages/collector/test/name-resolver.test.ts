import { startWebhookSink } from '@truecount/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { createNameResolver } from '../src/deliver/name-resolver.ts'
import { type DnsAnswer, type DnsServer, startDnsServer } from './dns-server.ts'
import { startTestApp } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const HOSTS = `
127.0.0.1 localhost # and nothing else
10.0.0.5\tinner.test  Other.test
# 10.0.0.6 outer.test
::5 inner.test
not-an-address outer.test
`

async function resolverWith(answer: (name: string) => DnsAnswer) {
  const dns = await startDnsServer(answer, { timeout: 500, tries: 1 })
  stops.push(dns.stop)
  const looked: string[] = []
  const resolveName = createNameResolver({
    readHosts: () => HOSTS,
    newResolver: dns.newResolver,
    async lookup(hostname) {
      looked.push(hostname)
      return [{ address: '10.0.0.9', family: 4 }]
    },
  })
  return { dns, looked, resolveName }
}

describe('A name', () => {
  test('of the hosts file is found there, and nobody is asked', async () => {
    const { dns, looked, resolveName } = await resolverWith(() => ({ address: '10.0.0.1' }))
    expect(await resolveName('inner.test')).toEqual([
      { address: '10.0.0.5', family: 4 },
      { address: '::5', family: 6 },
    ])
    expect(await resolveName('other.test.')).toEqual([{ address: '10.0.0.5', family: 4 }])
    expect([dns.asked, looked]).toEqual([[], []])
    expect(await resolveName('outer.test')).toEqual([{ address: '10.0.0.1', family: 4 }])
    expect(dns.asked).toContain('outer.test')
  })

  test('that DNS does not know is asked for as other programs do it', async () => {
    const { looked, resolveName } = await resolverWith(() => 'unknown')
    expect(await resolveName('short')).toEqual([{ address: '10.0.0.9', family: 4 }])
    expect(looked).toEqual(['short'])
  })

  test('that DNS is silent about is given up, and nobody else is asked', async () => {
    const { looked, resolveName } = await resolverWith(() => 'silence')
    await expect(resolveName('dead.test')).rejects.toThrow(/ETIMEOUT/)
    expect(looked).toEqual([])
  })
})

const DEAD = 150
const EVENTS = 10
/** Longer than an attempt may take; a question that was lost among so many is asked again. */
const PATIENCE = { timeout: 2_000, tries: 5 }

/** More webhooks with dead names than there are slots for failing ones, all made before the living one. */
async function startAmongDead(dns: DnsServer) {
  const sink = await startWebhookSink({ answer: () => ({ kind: 'status', code: 204 }) })
  const lookup = () => Promise.reject(new Error('nobody asks the system'))
  const resolveName = createNameResolver({ readHosts: () => '', newResolver: dns.newResolver, lookup })
  const app = await startTestApp({ resolveName })
  stops.push(app.stop, sink.stop)
  const { port } = new URL(sink.url)
  const addresses = Array.from({ length: DEAD }, (_, i) => `http://dead-${i}.test:${port}/`)
  for (const url of [...addresses, `http://living.test:${port}/`]) {
    expect((await app.post('/api/v1/webhooks', { url, events: ['a'] })).status).toBe(201)
  }
  return { app, sink }
}

test('Many webhooks whose names lead nowhere delay no other', { timeout: 60_000 }, async () => {
  const dns = await startDnsServer((name) => (name === 'living.test' ? { address: '127.0.0.1' } : 'silence'), PATIENCE)
  const { app, sink } = await startAmongDead(dns)
  stops.push(dns.stop)
  const events = Array.from({ length: EVENTS }, () => ({ event_name: 'a' }))
  await app.post('/api/v1/events/batch', events)
  await sink.waitFor((all) => all.length >= EVENTS, 30_000)
  // They are looked for, and none was given up before the living one had its events.
  expect(new Set(dns.asked.filter((name) => name.startsWith('dead-'))).size).toBeGreaterThan(100)
  const metrics = await (await fetch(`${app.url}/metrics`)).text()
  expect(metrics).toContain(`webhook_deliveries_total{outcome="delivered"} ${EVENTS}`)
  expect(metrics).not.toContain('outcome="retry"')
})

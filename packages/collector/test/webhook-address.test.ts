import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { startWebhookSink } from '@truecount/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { shareLookups } from '../src/deliver/share-lookups.ts'
import { createAddressPolicy, webhookUrlProblem } from '../src/deliver/webhook-address.ts'
import { type AddressList, readAddressList } from '../src/http/address-list.ts'
import { startTestApp } from './start-test-app.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function policyOf(...allowed: string[]) {
  return createAddressPolicy((readAddressList(allowed) as { list: AddressList }).list)
}

const NOT_PUBLIC = `
  0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.1.1 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
  192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1
  ::ffff:a00:1 64:ff9b::7f00:1 64:ff9b::a01:203 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 fc00::1
  fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1`
const METADATA = `
  169.254.169.254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 169.254.170.2 169.254.170.23 fd00:ec2::254 fd00:ec2::23
  fd20:ce::254 100.100.100.200 192.0.0.192 168.63.129.16`
const words = (text: string) => text.trim().split(/\s+/)
const PUBLIC = ['1.1.1.1', '11.0.0.1', '100.128.0.1', '172.32.0.1', '192.169.0.1', '223.255.255.255', '2606:4700::1111']

describe('A webhook is at a public address, or at one that the operator allows', () => {
  test.each(words(NOT_PUBLIC))('%s is not public', (address) => {
    expect(policyOf().problemOf(address)).toContain('is not a public address')
  })

  test.each([...PUBLIC, '::ffff:8.8.8.8', '64:ff9b::808:808'])('%s is', (address) => {
    expect(policyOf().problemOf(address)).toBeUndefined()
  })

  test('what is allowed is allowed, in each way to write it, and its neighbours are not', () => {
    const policy = policyOf('10.0.0.0/8', 'fd12::/16')
    for (const address of ['10.9.9.9', '::ffff:10.9.9.9', 'fd12::1']) expect(policy.problemOf(address)).toBeUndefined()
    for (const address of ['192.168.0.1', 'fd13::1', '127.0.0.1']) expect(policy.problemOf(address)).toBeDefined()
  })

  test.each(words(METADATA))('%s is a metadata service, whatever is allowed', (address) => {
    expect(policyOf('0.0.0.0/0', '::/0').problemOf(address)).toContain('metadata')
  })

  test.each([
    ['https://hooks.example.com/x', 'none'],
    ['ftp://hooks.example.com', 'must be an http or https URL'],
    ['javascript:alert(1)', 'must be an http or https URL'],
    ['file:///etc/passwd', 'must be an http or https URL'],
    ['http://user@hooks.example.com', 'must not hold a user name or password'],
    ['http://:pass@hooks.example.com', 'must not hold a user name or password'],
    ['http://localhost:1', '127.0.0.1'],
    ['http://localhost.', '127.0.0.1'],
    ['http://a.localhost', '127.0.0.1'],
    ['http://2130706433', '127.0.0.1'],
    ['http://0x7f.1', '127.0.0.1'],
    ['http://0177.0.0.1', '127.0.0.1'],
    ['http://１２７.0.0.1', '127.0.0.1'],
    ['http://[::ffff:127.0.0.1]', '::ffff:7f00:1'],
    ['http://[::1]', '::1'],
  ])('the URL %s: %s', (url, problem) => {
    expect(webhookUrlProblem(url, policyOf()) ?? 'none').toContain(problem)
  })
})

/** A server on 127.0.0.2 at the port given, which must never hear anything. */
async function startForbidden(port: number): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const server = createServer((_request, response) => {
    requests += 1
    response.end()
  })
  server.listen(port, '127.0.0.2')
  await once(server, 'listening')
  stops.push(() => server.close())
  return { url: `http://127.0.0.2:${(server.address() as AddressInfo).port}/`, requests: () => requests }
}

type Resolved = readonly { readonly address: string; readonly family: 4 | 6 }[]
const at = (...addresses: string[]): Resolved => addresses.map((address) => ({ address, family: 4 }))

async function startWithNames(answers: readonly Resolved[]) {
  const asked: string[] = []
  const sink = await startWebhookSink({ answer: () => ({ kind: 'status', code: 500 }) })
  const { port } = new URL(sink.url)
  const forbidden = await startForbidden(Number(port))
  const app = await startTestApp({
    webhookAllow: ['127.0.0.1'],
    resolveName: async (hostname) => answers[Math.min(asked.push(hostname), answers.length) - 1] as Resolved,
  })
  stops.push(app.stop, sink.stop)
  const { body: webhook } = await app.post('/api/v1/webhooks', { url: `http://hooks.test:${port}/`, events: ['a'] })
  const path = `/api/v1/webhooks/${webhook.id}/deliveries`
  const delivery = async () => (await app.get(path)).body.data[0]
  return { app, sink, forbidden, asked, path, delivery }
}

describe('An attempt goes to the address that was vetted for it', () => {
  test('a name that points elsewhere between the check and the connection changes nothing, and the next attempt sees it', async () => {
    const { app, sink, forbidden, asked, path, delivery } = await startWithNames([at('127.0.0.1'), at('127.0.0.2')])
    await app.post('/api/v1/events', { event_name: 'a' })
    await sink.waitFor((all) => all.length === 1)
    // A second look-up of the same attempt would have got 127.0.0.2.
    expect(asked).toEqual(['hooks.test'])
    expect(sink.deliveries[0]?.headers.host).toMatch(/^hooks\.test:\d+$/)
    await expect.poll(async () => (await delivery()).attempts.length).toBe(1)
    await app.post(`${path}/${(await delivery()).id}/redeliver`, undefined)
    await expect.poll(async () => (await delivery()).attempts.length).toBe(2)
    expect((await delivery()).attempts[1]).toMatchObject({
      status: null,
      error: '127.0.0.2 is not a public address: the operator may allow it by --webhook-allow',
    })
    expect([asked.length, sink.deliveries.length, forbidden.requests()]).toEqual([2, 1, 0])
    // It would have been heard.
    await fetch(forbidden.url)
    expect(forbidden.requests()).toBe(1)
  })

  test('one forbidden address among many condemns the name', async () => {
    const { app, sink, forbidden, delivery } = await startWithNames([at('127.0.0.1', '127.0.0.2')])
    await app.post('/api/v1/events', { event_name: 'a' })
    await expect.poll(async () => (await delivery()).attempts.length).toBe(1)
    expect((await delivery()).attempts[0].error).toContain('127.0.0.2 is not a public address')
    expect([sink.deliveries.length, forbidden.requests()]).toEqual([0, 0])
  })

  test('a redirect to a forbidden address is not followed', async () => {
    const forbidden = await startForbidden(0)
    const server = createServer((_request, response) => {
      response.writeHead(307, { location: forbidden.url }).end('elsewhere')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const app = await startTestApp({ webhookAllow: ['127.0.0.1'] })
    stops.push(app.stop, () => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { body: webhook } = await app.post('/api/v1/webhooks', { url, events: [] })
    const { body } = await app.post(`/api/v1/webhooks/${webhook.id}/test`, undefined)
    expect(body).toMatchObject({ state: 'failed', attempts: [{ status: 307, answer: 'elsewhere' }] })
    expect(forbidden.requests()).toBe(0)
  })
})

test('A name that is being looked up is not looked up twice, and the next time it is asked for anew', async () => {
  const asked: string[] = []
  const answers: ((addresses: Resolved) => void)[] = []
  const resolveName = shareLookups((hostname) => {
    asked.push(hostname)
    return new Promise((resolve) => answers.push(resolve))
  })
  const waiting = [resolveName('dead.test'), resolveName('dead.test'), resolveName('other.test')]
  expect(asked).toEqual(['dead.test', 'other.test'])
  answers.forEach((answer, i) => answer(at(`10.0.0.${i}`)))
  expect(await Promise.all(waiting)).toEqual([at('10.0.0.0'), at('10.0.0.0'), at('10.0.0.1')])
  void resolveName('dead.test')
  expect(asked).toEqual(['dead.test', 'other.test', 'dead.test'])
})

import { afterEach, expect, test } from 'vitest'
import { startWebhookSink } from '../src/index.ts'
import type { WebhookSink, WebhookSinkOptions } from '../src/index.ts'

let sink: WebhookSink | undefined
afterEach(() => sink?.stop())

async function start(options?: WebhookSinkOptions): Promise<WebhookSink> {
  sink = await startWebhookSink(options)
  return sink
}

const deliver = (url: string, body: string) => fetch(url, { method: 'POST', body, headers: { 'webhook-id': 'msg_1' } })

test('a delivery is recorded to the byte, with its headers and its parsed body', async () => {
  const { url, deliveries } = await start({ now: () => 99 })
  const body = '{ "n":1.0,  "text":"größer" }'
  const response = await deliver(`${url}/hook?x=1`, body)
  expect(response.status).toBe(204)
  expect(deliveries).toMatchObject([{ method: 'POST', path: '/hook?x=1', payload: { n: 1, text: 'größer' }, at: 99 }])
  expect(deliveries[0]?.rawBody).toEqual(Buffer.from(body))
  expect(deliveries[0]?.headers['webhook-id']).toBe('msg_1')
})

test('a body that is no JSON is recorded too', async () => {
  const { url, deliveries } = await start()
  await deliver(url, 'not json')
  expect(deliveries[0]?.payload).toBe(undefined)
  expect(deliveries[0]?.rawBody.toString()).toBe('not json')
})

test('answers follow the script: status with headers, a cut connection, no answer', async () => {
  const answers = [
    { kind: 'status', code: 503, headers: { 'retry-after': '2' } },
    { kind: 'drop' },
    { kind: 'hang' },
  ] as const
  const { url, deliveries, ...running } = await start({ answer: (_, index) => answers[index]! })
  const first = await deliver(url, '{}')
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '2'])
  await expect(deliver(url, '{}')).rejects.toThrow('fetch failed')
  const hanging = deliver(url, '{}').catch(String)
  await running.waitFor((seen) => seen.length === 3)
  await running.stop()
  expect(await hanging).toContain('fetch failed')
  expect(deliveries).toHaveLength(3)
})

test('the script sees the delivery it answers', async () => {
  const { url } = await start({ answer: ({ path }) => ({ kind: 'status', code: path === '/gone' ? 410 : 200 }) })
  expect((await deliver(`${url}/gone`, '{}')).status).toBe(410)
  expect((await deliver(`${url}/here`, '{}')).status).toBe(200)
})

test('a wait in vain says what was wanted and what came', async () => {
  const running = await start()
  await deliver(`${running.url}/hook`, '{"seen":true}')
  await expect(running.waitFor((seen) => seen.length === 5, 20)).rejects.toThrow(
    /seen\.length === 5[^]*\/hook msg_1 \{"seen":true\}/,
  )
})

import { MAX_BODY_BYTES } from '@truecount/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocket } from './open-socket.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

describe('What Node would answer by itself', () => {
  const ask = async (path: string, headers: string[], body = '') => {
    const { socket, answer } = await openSocket(app.url)
    const close = ['Connection: close', 'X-Request-Id: trace-1']
    socket.write([`POST ${path} HTTP/1.1`, ...headers, ...close, '', body].join('\r\n'))
    return answer
  }
  const json = () => ['Host: x', `Authorization: Bearer ${app.secretKey}`, 'Content-Type: application/json']

  test.each([
    [
      '/api/v1/events',
      '"error":"invalid_request","message":"A request of HTTP/1.1 must have a Host header","code":400}',
    ],
    ['/api/v1/keys', '"error":"invalid_request","message":"A request of HTTP/1.1 must have a Host header","code":400}'],
    ['/events', '"error":"A request of HTTP/1.1 must have a Host header"}'],
  ])('%s without a Host is 400 in the shape of its API, with its id', async (path, body) => {
    const answer = await ask(path, ['Content-Length: 0'])
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(answer.toLowerCase()).toContain('x-request-id: trace-1')
    expect(answer).toContain(body)
  })

  test('an expectation that nobody knows is ignored', async () => {
    const body = '{"event_name":"a"}'
    const answer = await ask('/api/v1/events', [...json(), 'Expect: foo', `Content-Length: ${body.length}`], body)
    expect(answer).toMatch(/^HTTP\/1.1 202 /)
  })

  test('is a request like others to whoever listens to the server', async () => {
    const heard: (string | undefined)[] = []
    app.server.on('request', ({ headers }) => heard.push(headers.expect))
    for (const expectation of ['foo', '100-continue']) {
      await ask('/healthz', ['Host: x', `Expect: ${expectation}`, 'Content-Length: 0'])
    }
    expect(heard).toEqual(['foo', '100-continue'])
  })

  test('100 Continue comes when the body is wanted, and never before a refusal', async () => {
    const expectant = (length: number) => [...json(), 'Expect: 100-continue', `Content-Length: ${length}`]
    expect(await ask('/api/v1/events', expectant(MAX_BODY_BYTES + 1))).toMatch(/^HTTP\/1.1 413 /)
    expect(await ask('/api/v1/keys', expectant(MAX_BODY_BYTES))).toMatch(/^HTTP\/1.1 413 /)
    expect(await ask('/api/v1/events', ['Host: x', ...expectant(9).slice(3)])).toMatch(/^HTTP\/1.1 401 /)
    for (const [path, body] of [
      ['/api/v1/events', '{"event_name":"a"}'],
      ['/api/v1/keys', '{"kind":"secret"}'],
    ] as const) {
      const { socket, answer } = await openSocket(app.url)
      const head = [`POST ${path} HTTP/1.1`, ...expectant(body.length), 'Connection: close', '', '']
      socket.once('data', () => socket.write(body))
      socket.write(head.join('\r\n'))
      expect(await answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 20[12] /)
    }
  })
})

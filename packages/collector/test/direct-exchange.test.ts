import { once } from 'node:events'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { splitTarget } from '../src/http/direct-exchange.ts'
import { startTestApp } from './start-test-app.ts'

const app = await startTestApp()
afterAll(() => app.stop())

/** What answers a request whose target is spelled so. */
async function answerTo(target: string): Promise<string> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  const answer = once(socket, 'data').then(String)
  const body = '{"event_name":"a"}'
  const head = [`POST ${target} HTTP/1.1`, 'Host: a', `Authorization: Bearer ${app.publishableKey}`]
  const about = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close']
  socket.write([...head, ...about, '', body].join('\r\n'))
  const text = await answer
  socket.destroy()
  return text.slice(0, 'HTTP/1.1 202'.length)
}

test.each([
  ['/api/v1/events', 202],
  ['/api/v1/events?', 202],
  ['/api/v1/events?a=/b?c', 202],
  ['http://a/api/v1/events', 202],
  ['http://a/api/v1/events?project_id=x', 403],
  ['/api/v1/events/', 404],
  ['/api/v1/EVENTS', 404],
  ['//api/v1/events', 404],
  ['/api/v1/%65vents', 404],
])('The routes that take events are found as the others are: %s gets %i', async (target, status) => {
  expect(await answerTo(target)).toBe(`HTTP/1.1 ${status}`)
})

test('A target is split as a URL is', () => {
  const path = fc.webPath({ size: 'small' }).map((text) => (text === '' ? '/' : text))
  fc.assert(
    fc.property(path, fc.webQueryParameters(), fc.boolean(), (pathname, query, isWhole) => {
      const target = `${pathname}?${query}`
      expect(splitTarget(isWhole ? `http://a.example:80${target}` : target)).toEqual({
        path: pathname,
        querystring: query,
      })
    }),
  )
})

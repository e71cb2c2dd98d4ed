import { expect, test } from 'vitest'
import {
  signedWebhookBody,
  splitWebhookBody,
  standardWebhooksContent,
  webhookDocument,
} from '../src/webhook-payload.ts'

const EVENT = {
  metadata: { amount: 501, '2': 'b', text: 'é "x"' },
  timestamp: '2024-01-30T10:00:00Z',
  user_id: null,
  event_name: 'purchase_completed',
  event_id: '7231a67a-80bb-8697-924a-19f82e1ae043',
}
const DOCUMENT =
  '{"event_id":"7231a67a-80bb-8697-924a-19f82e1ae043","event_name":"purchase_completed","user_id":null,' +
  '"timestamp":"2024-01-30T10:00:00Z","metadata":{"2":"b","amount":501,"text":"é \\"x\\""}}'
const SIGNATURE = `sha256=${'0123456789abcdef'.repeat(4)}`

test('The document has the members in the order of the contract and no white space', () => {
  expect(webhookDocument(EVENT)).toBe(DOCUMENT)
})

test('The body is the document with its signature last, and splits into the two again', () => {
  const body = signedWebhookBody(DOCUMENT, SIGNATURE)
  expect(body).toBe(`${DOCUMENT.slice(0, -1)},"signature":"${SIGNATURE}"}`)
  expect(JSON.parse(body)).toEqual({ ...EVENT, signature: SIGNATURE })
  expect(splitWebhookBody(body)).toEqual({ document: DOCUMENT, signature: SIGNATURE })
})

test('Metadata that looks like a signature does not mislead the split', () => {
  const document = webhookDocument({ ...EVENT, metadata: { x: `","signature":"${SIGNATURE}"}` } })
  expect(splitWebhookBody(signedWebhookBody(document, SIGNATURE))).toEqual({ document, signature: SIGNATURE })
})

test.each([
  '',
  '{}',
  DOCUMENT,
  `${DOCUMENT.slice(0, -1)},"signature":"sha256=0"}`,
  `${signedWebhookBody(DOCUMENT, SIGNATURE)} `,
])('A body without a signature at its end has none: %#', (body) => {
  expect(splitWebhookBody(body)).toBeUndefined()
})

test('The text of Standard Webhooks is id, seconds and body', () => {
  expect(standardWebhooksContent('msg_1', 1706608800, '{"a":1}')).toBe('msg_1.1706608800.{"a":1}')
})

import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { verify, type WebhookHeaders } from '../src/webhooks/index.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`
const OTHER = `whsec_${Buffer.from('another secret of 24 byt').toString('base64')}`
const AT = new Date('2024-01-30T10:00:00Z')
const now = () => AT.getTime()
const EVENT = {
  event_id: 'e1',
  event_name: 'purchase',
  user_id: null,
  timestamp: '2024-01-30T10:00:00Z',
  metadata: { note: 'ü€😀' },
}
const BODY = JSON.stringify(EVENT)

/** Headers of a delivery as the reference library signs it. */
function signed(body = BODY, { secret = SECRET, at = AT, id = 'msg_1' } = {}): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  }
}

test('a delivery signed by the reference library is authentic', async () => {
  expect(await verify(BODY, signed(), SECRET, { now })).toEqual({ ok: true, event: EVENT, webhookId: 'msg_1' })
})

test.each<[string, WebhookHeaders]>([
  ['a Headers object', new Headers(signed())],
  ['a record with lists, as Node keeps some', { ...signed(), 'webhook-id': ['msg_1'] }],
  ['anything with get', { get: (name: string) => signed()[name] ?? null }],
])('headers may be %s', async (_, headers) => {
  expect(await verify(BODY, headers, SECRET, { now })).toMatchObject({ ok: true })
})

test('the body may be bytes', async () => {
  expect(await verify(new TextEncoder().encode(BODY), signed(), SECRET, { now })).toMatchObject({
    ok: true,
    event: EVENT,
  })
})

test('a secret that is plain text signs with its UTF-8', async () => {
  const headers = signed()
  headers['webhook-signature'] = new Webhook(new TextEncoder().encode('pässword'), { format: 'raw' }).sign(
    'msg_1',
    AT,
    BODY,
  )
  expect(await verify(BODY, headers, 'pässword', { now })).toMatchObject({ ok: true })
  expect(await verify(BODY, headers, 'password', { now })).toEqual({ ok: false, reason: 'signature_mismatch' })
})

test('while a secret is rotated, either is taken, and only those two', async () => {
  for (const secret of [SECRET, OTHER]) {
    expect(await verify(BODY, signed(BODY, { secret }), [OTHER, SECRET], { now })).toMatchObject({ ok: true })
  }
  const third = `whsec_${Buffer.from('a third secret, 24 bytes').toString('base64')}`
  expect(await verify(BODY, signed(BODY, { secret: third }), [OTHER, SECRET], { now })).toMatchObject({ ok: false })
  expect(await verify(BODY, signed(), [], { now })).toEqual({ ok: false, reason: 'signature_mismatch' })
})

test('of several signatures one is enough, wherever it stands; other versions are passed over', async () => {
  const own = signed()['webhook-signature'] ?? ''
  const wrong = signed(BODY, { secret: OTHER })['webhook-signature'] ?? ''
  const withSignatures = (...signatures: string[]) => ({ ...signed(), 'webhook-signature': signatures.join(' ') })
  for (const signatures of [
    [wrong, own],
    [own, wrong],
    ['v1a,AAAA', own],
    ['v1,not base64!', own],
    ['', own],
  ]) {
    expect(await verify(BODY, withSignatures(...signatures), SECRET, { now })).toMatchObject({ ok: true })
  }
  for (const signatures of [
    [wrong],
    [own.replace('v1,', 'v2,')],
    [own.slice(3)],
    ['v1,'],
    [`${own.slice(0, -4)}AAA=`],
  ]) {
    const verdict = await verify(BODY, withSignatures(...signatures), SECRET, { now })
    expect(verdict).toEqual({ ok: false, reason: 'signature_mismatch' })
  }
})

test.each([
  ['body', BODY.replace('purchase', 'refund__'), signed()],
  ['a space more', `${BODY} `, signed()],
  ['id', BODY, { ...signed(), 'webhook-id': 'msg_2' }],
  ['timestamp', BODY, { ...signed(), 'webhook-timestamp': String(now() / 1000 + 1) }],
  ['secret', BODY, signed(BODY, { secret: OTHER })],
])('a tampered %s is not authentic', async (_, body, headers) => {
  expect(await verify(body, headers, SECRET, { now })).toEqual({ ok: false, reason: 'signature_mismatch' })
})

test.each([
  [-301, false],
  [-300, true],
  [0, true],
  [300, true],
  [301, false],
])('a delivery of %i seconds from now: authentic is %s, however well it is signed', async (seconds, ok) => {
  const headers = signed(BODY, { at: new Date(now() + seconds * 1000) })
  const verdict = await verify(BODY, headers, SECRET, { now })
  expect(verdict).toMatchObject(ok ? { ok } : { ok, reason: 'timestamp_out_of_tolerance' })
})

test.each(['soon', 'NaN', '-1', 'Infinity', '1e99', '0x10'])(
  'a timestamp of %s is never in time',
  async (timestamp) => {
    const headers = { ...signed(), 'webhook-timestamp': timestamp }
    expect(await verify(BODY, headers, SECRET, { now })).toEqual({ ok: false, reason: 'timestamp_out_of_tolerance' })
  },
)

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s nothing is verified', async (name) => {
  const missing = { ok: false, reason: 'missing_headers' }
  for (const value of [undefined, '', []]) {
    expect(await verify(BODY, { ...signed(), [name]: value }, SECRET, { now })).toEqual(missing)
  }
  const headers = new Headers(signed())
  headers.delete(name)
  expect(await verify(BODY, headers, SECRET, { now })).toEqual(missing)
})

test('an authentic body that is no JSON is told apart', async () => {
  expect(await verify('hello', signed('hello'), SECRET, { now })).toEqual({ ok: false, reason: 'body_not_json' })
})

test.each([[undefined], [''], ['whsec_'], [['', SECRET]]])(
  'a secret that is none (%j) is a clear error, not a verdict',
  async (secret) => {
    await expect(verify(BODY, signed(), secret as string, { now })).rejects.toThrow(/secret/)
  },
)

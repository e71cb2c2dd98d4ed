import fc from 'fast-check'
import { expect } from 'vitest'
import type { Answer } from './client.ts'
import { expectError } from './expect-error.ts'

/** The documented error shape in every refusal, and never a 5xx. */
export function expectDocumented(answer: Answer): void {
  if (answer.status < 300) return
  if (Array.isArray(answer.body['results'])) expectBatchRefusal(answer)
  else expectError(answer, answer.status)
  expect(answer.status).toBeLessThan(500)
}

/** The flat API says what was wrong in `error`, and nothing else. */
export function expectFlatDocumented({ status, body }: Answer): void {
  expect(status).toBeLessThan(500)
  if (status >= 400) expect(body).toEqual({ error: expect.any(String) })
}

function expectBatchRefusal({ status, body }: Answer): void {
  expect({ status, body }).toMatchObject({
    status: 400,
    body: { accepted: 0, error: 'invalid_request', message: expect.any(String), code: 400 },
  })
}

/** Any JSON value, with those that are known to be trouble. */
export const anything = fc.anything({
  withNullPrototype: false,
  withBigInt: false,
  withDate: false,
  withTypedArray: false,
  maxDepth: 4,
  values: [
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('__proto__', '$gt', '\ud800', '\u0000', '2024-02-30'),
  ],
})
const text = fc.string({ unit: 'binary', maxLength: 200 })
const maybeRight = <T>(right: fc.Arbitrary<T>) =>
  fc.option(fc.oneof({ weight: 4, arbitrary: right }, anything), { nil: undefined })

/** Events of which about half are valid; the rest are wrong somewhere. */
export const eventish = fc.record(
  {
    event_name: maybeRight(text),
    user_id: maybeRight(text),
    timestamp: maybeRight(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
    metadata: maybeRight(fc.dictionary(text, anything, { maxKeys: 5 })),
    idempotency_key: maybeRight(text),
  },
  { requiredKeys: [] },
)

export const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => new Uint8Array(array))

/** Text that can stand in a URL. */
export const wellFormed = fc.string({ unit: 'grapheme', maxLength: 100 })

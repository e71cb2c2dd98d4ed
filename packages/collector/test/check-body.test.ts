import { enums, string, type } from 'superstruct'
import { expect, test } from 'vitest'
import { checkBody } from '../src/http/check-body.ts'

const Body = type({ kind: enums(['a', 'b']), name: string() })

test.each([
  [[], 'The body: Expected an object, but received: []'],
  [null, 'The body: Expected an object, but received: null'],
  ['x, but received: y', 'The body: Expected an object, but received: "x, but received: y"'],
  [{ kind: [] }, 'kind: Expected one of `"a","b"`, but received: []'],
  [{ kind: 'a' }, 'name: Expected a string, but received: nothing'],
  [{ kind: 'a', name: { of: ['x'] } }, 'name: Expected a string, but received: {"of":["x"]}'],
  [{ kind: 'x'.repeat(500), name: '' }, `kind: Expected one of \`"a","b"\`, but received: "${'x'.repeat(99)}…`],
])('What %j is refused with quotes what came, as JSON and not at length', (body, message) => {
  expect(checkBody(body, Body)).toEqual({ ok: false, error: 'invalid_request', message })
})

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countCharacters, utf8Bytes } from '../src/text-size.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates too: any UTF-16 unit anywhere.
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe00f })))
    .map((units) => String.fromCharCode(...units)),
)

test('utf8Bytes is what Node writes', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text))
    }),
  )
})

test('countCharacters is the number of code points', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(countCharacters(text)).toBe(Array.from(text).length)
    }),
  )
})

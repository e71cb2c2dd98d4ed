import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { packPart, unpackPart } from '../../src/store/blocks/part-body.ts'

const anyBytes = fc
  .tuple(fc.uint8Array({ maxLength: 3_000 }), fc.integer({ min: 0, max: 40 }))
  .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes))))

test('A part comes back as it was, whatever its size was thought to be, and never takes more than a byte more', () => {
  fc.assert(
    fc.property(anyBytes, fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }), (bytes, likely) => {
      const body = packPart(bytes)
      expect(body.length).toBeLessThanOrEqual(bytes.length + 1)
      expect(unpackPart(body, likely).equals(bytes)).toBe(true)
    }),
  )
})

test('A part that version 1 of the format deflated is read', () => {
  const bytes = Buffer.from('one event after the other, '.repeat(1_000))
  const body = Buffer.concat([Buffer.from([1]), deflateRawSync(bytes)])
  expect(unpackPart(body).equals(bytes)).toBe(true)
})

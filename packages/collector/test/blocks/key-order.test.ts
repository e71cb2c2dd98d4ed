import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEY_WORDS, orderOfKeys } from '../../src/store/blocks/key-order.ts'

/** Few values, so that keys share a project, the bits that are looked at first, or all of themselves. */
const anyWord = fc.constantFrom(0, 1, 2, 3, 4, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff)
const anyKeys = fc.array(fc.array(anyWord, { minLength: KEY_WORDS, maxLength: KEY_WORDS }), { maxLength: 200 })

test('Keys are in the order of all their words, and of those that differ in seconds alone the last is left', () => {
  fc.assert(
    fc.property(anyKeys, (keys) => {
      const sorted = keys.toSorted((a, b) => a.map((word, i) => word - (b[i] as number)).find((by) => by !== 0) ?? 0)
      const nameOf = (key: readonly number[]) => key.slice(0, -1).join()
      const expected = sorted.filter((key, i) => nameOf(key) !== nameOf(sorted[i + 1] ?? []))
      const order = orderOfKeys(Uint32Array.from(keys.flat()))
      expect(Array.from(order, (key) => keys[key])).toEqual(expected)
    }),
  )
})

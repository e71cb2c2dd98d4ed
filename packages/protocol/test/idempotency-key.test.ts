import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLaneKey, LANE_ID_CHARACTERS, parseLaneKey } from '../src/idempotency-key.ts'

const LANE = 'AbC-_0123456789z'

const anyLane = fc.string({
  unit: fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_'),
  minLength: LANE_ID_CHARACTERS,
  maxLength: LANE_ID_CHARACTERS,
})

test('A lane key is read as it was written', () => {
  const anySeq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(anyLane, anySeq, (lane, seq) => {
      expect(parseLaneKey(formatLaneKey(lane, seq))).toEqual({ lane, seq })
    }),
  )
})

test.each([
  '',
  'order-17',
  `tc1.${LANE}.0`,
  `tc1.${LANE}.01`,
  `tc1.${LANE}.-1`,
  `tc1.${LANE}.1.5`,
  `tc1.${LANE}.1e3`,
  `tc1.${LANE}.`,
  `tc1.${LANE}.9007199254740992`,
  `tc1.${LANE.slice(1)}.1`,
  `tc1.${LANE}x.1`,
  `tc2.${LANE}.1`,
  ` tc1.${LANE}.1`,
  `tc1.${LANE}.1\n`,
])('%j has no lane: no second text means the same place', (key) => {
  expect(parseLaneKey(key)).toBeUndefined()
})

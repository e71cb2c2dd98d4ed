import { describe, expect, test } from 'vitest'
import { compileConditions } from '../src/rules/conditions.ts'
import { ARRAY_SECTIONS } from './manual-array-cases.ts'
import { VALUE_SECTIONS } from './manual-cases.ts'

function judge(conditions: object, metadata: object) {
  const compiled = compileConditions(prefixed(conditions))
  if (!compiled.ok) throw new Error(compiled.message)
  const document = { event_name: 'e', timestamp: 0, metadata }
  return { matches: compiled.value.matches(document), reasons: compiled.value.reasons(document) }
}

function prefixed(conditions: object): object {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, value]: [string, unknown]) =>
      name.startsWith('$') ? [name, (value as object[]).map(prefixed)] : [`metadata.${name}`, value],
    ),
  )
}

describe.each(Object.entries({ ...VALUE_SECTIONS, ...ARRAY_SECTIONS }))('%s', (_section, cases) => {
  test.each(cases)('%j of %j: %s', (conditions, metadata, expected) => {
    const { matches, reasons } = judge(conditions, metadata)
    expect(matches).toBe(expected)
    // What does not match is explained, whatever it is.
    expect(matches || reasons.length > 0).toBe(true)
  })
})

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileConditions } from '../src/rules/conditions.ts'
import { OPERATOR_NAMES } from '../src/rules/field-test.ts'
import { tellExamples } from './doc-examples.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

const PAGE = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8')

const ROW = /^\| `(\$\w+)` +\| [^|]+ \| `([^`]+)` +\| `([^`]+)` +\| `([^`]+)` +\|$/gm
const rows = [...PAGE.matchAll(ROW)].map(([, operator, conditions, matching, differing]) => ({
  operator: operator as string,
  conditions: conditions as string,
  matching: matching as string,
  differing: differing as string,
}))

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

test('The page has an example of every operator, each with its operator', () => {
  const named = rows.map(({ operator }) => operator)
  expect(named.toSorted()).toEqual([...OPERATOR_NAMES, '$options', '$and', '$or', '$nor'].toSorted())
  for (const { operator, conditions } of rows.slice(1)) expect(conditions).toContain(`"${operator}"`)
})

test.each(rows)('$operator: $conditions', ({ conditions, matching, differing }) => {
  const compiled = compileConditions(JSON.parse(conditions))
  if (!compiled.ok) throw new Error(compiled.message)
  const verdicts = [matching, differing].map((metadata) =>
    compiled.value.matches({ event_name: 'e', timestamp: 0, metadata: JSON.parse(metadata) as object }),
  )
  expect(verdicts).toEqual([true, false])
})

test('Every HTTP example of the page is answered as it stands there', async () => {
  const examples = await tellExamples(PAGE, app)
  expect(examples).toHaveLength(2)
  for (const { told, documented } of examples) expect(told).toEqual(documented)
})

test('The window and the message of the page are as they stand there', async () => {
  const [, window] = /```json window\n([^`]+)```/.exec(PAGE) ?? []
  const conditions = { event_name: 'failed' }
  const tried = await app.post('/api/v1/rules/test', { conditions, window: JSON.parse(window as string) })
  expect(tried.status).toBe(200)
  const wrong = await app.post('/api/v1/rules/test', {
    conditions: { $or: [{ user_id: 'a' }, { 'metadata.a': { $gt: [] } }] },
  })
  const [, message] = /names the place: `([^`]+)`/.exec(PAGE.replaceAll('\n', ' ')) ?? []
  expect(wrong.body.message).toBe(message)
})

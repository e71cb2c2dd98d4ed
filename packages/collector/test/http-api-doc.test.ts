import { readFileSync } from 'node:fs'
import { ERROR_STATUS } from '@truecount/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellExamples } from './doc-examples.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

const PAGE = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8')

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

test('Every example of the page is answered as it stands there', async () => {
  const examples = await tellExamples(PAGE, app)
  expect(examples.length).toBeGreaterThan(8)
  for (const { told, documented } of examples) expect(told).toEqual(documented)
})

test('The page lists every error with its status', () => {
  const listed = [...PAGE.matchAll(/^\| `(\w+)` +\| (\d{3}) /gm)].map(([, error, status]) => [error, Number(status)])
  expect(Object.fromEntries(listed)).toEqual(ERROR_STATUS)
})

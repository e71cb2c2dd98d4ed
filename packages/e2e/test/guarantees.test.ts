import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/guarantees.md', root), 'utf8')

/** In the last column of a table: `path` › name of the test. */
const references = [...page.matchAll(/`(packages\/[^`]+)` › (.+?) +\|$/gm)].map(([, path, name]) => ({ path, name }))

test('guarantees.md names tests', () => {
  const promises = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (promise|queue) +\||^\| -/.test(line))
  expect(references.length).toBe(promises.length)
})

test.each(references)('every promise has its test: $path › $name', ({ path, name }) => {
  const source = readFileSync(new URL(path as string, root), 'utf8')
  expect(source).toContain(name)
})

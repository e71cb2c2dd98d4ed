import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What a file must not hold, and the rule that says so. */
const FORBIDDEN: readonly (readonly [file: string, source: string, rule: string])[] = [
  ['packages/sdk/src/a.ts', `export { x } from '@truecount/collector'`, 'no-restricted-imports'],
  ['packages/sdk/src/b.ts', `export { x } from '@truecount/protocol/schema'`, 'no-restricted-imports'],
  ['packages/sdk/src/c.ts', `export { x } from '@truecount/testkit'`, 'no-restricted-imports'],
  ['packages/sdk/src/send/d.ts', `export { x } from '../../../protocol/src/x.ts'`, 'no-restricted-imports'],
  ['packages/sdk/src/e.ts', `export const x = process.env['X']`, 'no-process-env'],
  ['packages/protocol/src/a.ts', `export { x } from 'node:fs'`, 'no-restricted-imports'],
  ['packages/collector/src/a.ts', `export { x } from 'truecount/webhooks'`, 'no-restricted-imports'],
  ['packages/collector/src/ingest/a.ts', `export { x } from '../report/x.ts'`, 'no-restricted-imports'],
  ['packages/collector/src/report/a.ts', `export { x } from '../store/sqlite/x.ts'`, 'no-restricted-imports'],
  ['packages/collector/src/deliver/a.ts', `export { x } from '../flat/x.ts'`, 'no-restricted-imports'],
  ['packages/collector/src/flat/a.ts', `export { x } from '../app.ts'`, 'no-restricted-imports'],
  ['packages/collector/src/store/a.ts', `export { x } from '../ingest/x.ts'`, 'no-restricted-imports'],
  ['packages/testkit/src/cycle-a.ts', `import { b } from './cycle-b.ts'\nexport const a = () => b`, 'no-cycle'],
  ['packages/testkit/src/cycle-b.ts', `import { a } from './cycle-a.ts'\nexport const b = () => a`, 'no-cycle'],
  ['packages/testkit/src/default.ts', `export default 1`, 'no-default-export'],
  ['packages/testkit/src/long.ts', lines(301, (i) => `export const x${i} = ${i}`), 'max-lines'],
  ['packages/testkit/src/long-function.ts', inFunction(lines(50, (i) => `f(${i})`)), 'max-lines-per-function'],
  ['packages/testkit/src/floating.ts', inFunction(`Promise.resolve(1)`), 'no-floating-promises'],
  ['packages/testkit/src/misused.ts', inFunction(`[1].forEach(async () => Promise.resolve())`), 'no-misused-promises'],
  ['packages/testkit/src/await.ts', `export const f = async () => {\n  await 1\n}`, 'await-thenable'],
  [
    'packages/testkit/src/switch.ts',
    `export const f = (x: 'a' | 'b') => {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}`,
    'switch-exhaustiveness-check',
  ],
  ['packages/sdk/test/a.test.ts', inTest(`expect(1)`), 'valid-expect'],
  ['packages/sdk/test/b.test.ts', inTest(`Math.abs(1)`), 'expect-expect'],
  ['packages/sdk/test/c.test.ts', inTest(`expect(1).toBe(1)`).replace('test(', 'test.only('), 'no-focused-tests'],
]

/** What the same rules must let pass. */
const ALLOWED: readonly (readonly [file: string, source: string])[] = [
  ['packages/sdk/src/ok.ts', `export { x } from '@truecount/protocol'`],
  ['packages/collector/src/ok.ts', `export { x } from './store/sqlite/x.ts'\nexport { y } from './ingest/y.ts'`],
  ['packages/collector/src/ingest/ok.ts', `export { x } from '../store/x.ts'\nexport { y } from './y.ts'`],
  ['packages/collector/src/ingest/schema.ts', `export { x } from '@truecount/protocol/schema'`],
  ['packages/sdk/test/ok.test.ts', inTest(lines(51, () => `  expect(1).toBe(1)`))],
  ['packages/sdk/tsup.config.ts', `export default {}`],
]

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}

function inFunction(body: string): string {
  return `export function f(x: number): void {\n${body}\n  f(x)\n}`
}

function inTest(body: string): string {
  return `import { expect, test } from 'vitest'\ntest('it', () => {\n${body}\n})\nexport { expect }`
}

let folder: string
let findings: { readonly file: string; readonly rule: string }[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truecount-lint-'))
  for (const name of ['.oxlintrc.json', 'tsconfig.base.json']) await copyFile(join(root, name), join(folder, name))
  await writeFile(join(folder, 'tsconfig.json'), '{"extends":"./tsconfig.base.json","include":["packages"]}')
  for (const [file, source] of [...FORBIDDEN, ...ALLOWED]) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), `${source}\n`)
  }
  const report = await new Promise<string>((resolve) => {
    execFile('oxlint', ['--type-aware', '--format=json'], { cwd: folder }, (_, stdout) => resolve(stdout))
  })
  const { diagnostics } = JSON.parse(report) as { diagnostics: { filename: string; code: string }[] }
  findings = diagnostics.map(({ filename, code }) => ({ file: filename, rule: code.replace(/^.*\((.*)\)$/, '$1') }))
}, 60_000)

afterAll(() => rm(folder, { recursive: true }))

describe('the linter refuses', () => {
  test.each(FORBIDDEN.map(([file, , rule]) => [rule, file]))('%s in %s', (rule, file) => {
    expect(findings).toContainEqual({ file, rule })
  })
})

describe('the linter lets pass', () => {
  test.each(ALLOWED.map(([file]) => file))('%s', (file) => {
    expect(findings.filter((finding) => finding.file === file)).toEqual([])
  })
})

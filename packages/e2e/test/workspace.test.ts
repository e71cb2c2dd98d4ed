import { glob, readFile, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

async function filesOf(...patterns: string[]): Promise<string[]> {
  const exclude = (path: string) => /(^|\/)(node_modules|dist|\.types)$/.test(path)
  const files: string[] = []
  for await (const file of glob(patterns, { cwd: root, exclude })) files.push(file)
  return files
}

test('the top of the repository holds what the design names, and nothing else', async () => {
  const seen = (await readdir(root)).filter((name) => !name.startsWith('.') && name !== 'node_modules')
  expect(seen.sort()).toEqual([
    'LICENSE',
    'README.md',
    'docs',
    'examples',
    'package.json',
    'packages',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'tsconfig.base.json',
  ])
})

test('every source file has at most 300 lines', async () => {
  const files = await filesOf('packages/*/src/**/*.{ts,tsx,js,sql}')
  expect(files.length).toBeGreaterThan(50)
  const tooLong: string[] = []
  for (const file of files) {
    const lines = (await readFile(join(root, file), 'utf8')).split('\n').length - 1
    if (lines > 300) tooLong.push(`${file}: ${lines} lines`)
  }
  expect(tooLong).toEqual([])
})

test('every file is named for its one concept', async () => {
  const vague = /^(utils?|helpers?|common|misc|managers?|types)$/
  const files = await filesOf('{packages,examples,.ci}/**/*.*')
  expect(files.length).toBeGreaterThan(100)
  const named = files.filter((file) =>
    basename(file)
      .split('.')
      .some((part) => vague.test(part)),
  )
  expect(
    named.concat(
      files.filter((file) =>
        dirname(file)
          .split('/')
          .some((part) => vague.test(part)),
      ),
    ),
  ).toEqual([])
})

test('the types step compiles every TypeScript project of the workspace', async () => {
  const projects = await filesOf('.ci/tsconfig.json', '{packages,examples}/**/tsconfig.json')
  expect(projects.length).toBeGreaterThan(10)
  const { references } = JSON.parse(await readFile(join(root, '.config/tsconfig.json'), 'utf8')) as {
    references: { path: string }[]
  }
  const listed = references.map(({ path }) => join('.config', path, 'tsconfig.json'))
  expect(listed.sort()).toEqual(projects.sort())
})

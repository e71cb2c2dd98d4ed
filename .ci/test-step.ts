import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { runCommand } from './step.ts'
import type { Outcome, Step } from './step.ts'

/** The parts of vitest's JSON report that are counted. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/** A step that counts every test of the vitest `projects` for itself. */
export function testStep(name: string, projects: readonly string[]): Step {
  return {
    name,
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'truecount-check-'))
      try {
        const file = join(folder, 'report.json')
        const exitCode = await runCommand([
          'vitest',
          'run',
          '--config=.config/vitest.config.ts',
          ...projects.map((project) => `--project=${project}`),
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${file}`,
        ])
        return countTests(name, exitCode, JSON.parse(await readFile(file, 'utf8').catch(() => EMPTY)) as Report)
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  }
}

const EMPTY = '{"testResults":[]}'

/** A file that failed as a whole (not read, or its set-up threw) is one failure, and so is an error outside every test. */
export function countTests(name: string, exitCode: number, { testResults }: Report): Outcome {
  const tests = testResults.flatMap((file) => {
    const path = relative(process.cwd(), file.name)
    const own = file.assertionResults.map(({ fullName, status }) => ({ title: `${path}: ${fullName}`, status }))
    const failedAsAWhole = file.status === 'failed' && own.every(({ status }) => status !== 'failed')
    return failedAsAWhole ? [{ title: path, status: 'failed' }, ...own] : own
  })
  const titles = (wanted: (status: string) => boolean) =>
    tests.filter(({ status }) => wanted(status)).map(({ title }) => title)
  const failed = titles((status) => status === 'failed')
  if (exitCode !== 0 && failed.length === 0) failed.push(`${name}: vitest failed outside of every test`)
  return {
    passed: titles((status) => status === 'passed').length,
    failed,
    skipped: titles((status) => status !== 'passed' && status !== 'failed'),
  }
}

import { afterEach, describe, expect, test, vi } from 'vitest'
import { runSteps } from '../run-steps.ts'
import { failure, success } from '../step.ts'
import type { Outcome, Step } from '../step.ts'
import { countTests } from '../test-step.ts'

const step = (name: string, run: () => Outcome, needs?: string): Step => ({
  name,
  run: async () => run(),
  ...(needs === undefined ? {} : { needs }),
})

async function runAndRead(steps: readonly Step[]): Promise<{ exitCode: number; lines: string[] }> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const exitCode = await runSteps(steps)
  return { exitCode, lines: log.mock.calls.flat().map(String).join('\n').split('\n') }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the check', () => {
  test('passes if every step passes, and counts what each proved', async () => {
    const { exitCode, lines } = await runAndRead([
      step('lint', success),
      step('tests', () => ({ passed: 7, failed: [], skipped: [] })),
    ])
    expect(exitCode).toBe(0)
    expect(lines.at(-1)).toBe('8 passed, 0 failed')
  })

  test('fails if one step fails, and runs the later ones all the same', async () => {
    const { exitCode, lines } = await runAndRead([step('lint', () => failure('lint')), step('types', success)])
    expect(exitCode).toBe(1)
    expect(lines.at(-1)).toBe('1 passed, 1 failed')
    expect(lines).toContain('  lint')
  })

  test('does not run a step whose need failed, and counts it as failed', async () => {
    const ran: string[] = []
    const { exitCode, lines } = await runAndRead([
      step('build', () => failure('build')),
      step('size', () => (ran.push('size'), success()), 'build'),
    ])
    expect(exitCode).toBe(1)
    expect(ran).toEqual([])
    expect(lines.at(-1)).toBe('0 passed, 2 failed')
    expect(lines).toContain('  size: not run, needs build')
  })

  test('counts a step that throws as failed', async () => {
    const { exitCode, lines } = await runAndRead([
      step('size', () => {
        throw new Error('no such file')
      }),
    ])
    expect(exitCode).toBe(1)
    expect(lines).toContain('  size: Error: no such file')
  })

  test('names what was skipped', async () => {
    const { exitCode, lines } = await runAndRead([
      step('e2e', () => ({ passed: 1, failed: [], skipped: ['page exit (no Chromium)'] })),
    ])
    expect(exitCode).toBe(0)
    expect(lines).toContain('  page exit (no Chromium)')
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped')
  })
})

describe('the count of tests', () => {
  const file = (name: string, status: string, ...tests: readonly [string, string][]) => ({
    name: `${process.cwd()}/${name}`,
    status,
    assertionResults: tests.map(([fullName, result]) => ({ fullName, status: result })),
  })

  test('each test counts for itself, and failed and skipped ones are named with their file', () => {
    const testResults = [
      file('a.test.ts', 'failed', ['works', 'passed'], ['breaks', 'failed']),
      file('b.test.ts', 'passed', ['waits', 'pending'], ['is planned', 'todo'], ['works', 'passed']),
    ]
    expect(countTests('tests', 1, { testResults })).toEqual({
      passed: 2,
      failed: ['a.test.ts: breaks'],
      skipped: ['b.test.ts: waits', 'b.test.ts: is planned'],
    })
  })

  test('a file that could not be read, or whose set-up threw, is a failure beside the others', () => {
    const testResults = [
      file('broken.test.ts', 'failed'),
      file('set-up.test.ts', 'failed', ['never ran', 'skipped']),
      file('a.test.ts', 'failed', ['works', 'passed'], ['breaks', 'failed']),
    ]
    expect(countTests('tests', 1, { testResults })).toEqual({
      passed: 1,
      failed: ['broken.test.ts', 'set-up.test.ts', 'a.test.ts: breaks'],
      skipped: ['set-up.test.ts: never ran'],
    })
  })

  test('an error outside of every test, and no test at all, are failures', () => {
    expect(countTests('tests', 1, { testResults: [] })).toMatchObject({
      passed: 0,
      failed: [expect.stringContaining('outside of every test')],
    })
  })
})

import { failure } from './step.ts'
import type { Outcome, Step } from './step.ts'

/**
 * Runs the steps one after another, the later ones also when an earlier one failed, and prints the books:
 * the last line alone is `N passed, N failed` (and `, N skipped` if any were). Resolves with the exit code.
 */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  const outcomes = new Map<string, Outcome>()
  for (const step of steps) {
    console.log(`\n▶ ${step.name}`)
    const startMs = performance.now()
    const outcome = await runStep(step, outcomes)
    outcomes.set(step.name, outcome)
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    console.log(`${outcome.failed.length === 0 ? '✔' : '✘'} ${step.name} (${seconds} s)`)
  }
  const skipped = [...outcomes.values()].flatMap((outcome) => outcome.skipped)
  const failed = [...outcomes.values()].flatMap((outcome) => outcome.failed)
  const passed = [...outcomes.values()].reduce((sum, outcome) => sum + outcome.passed, 0)
  printList('Skipped', skipped)
  printList('Failed', failed)
  console.log(`\n${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  return failed.length === 0 ? 0 : 1
}

async function runStep({ name, needs, run }: Step, earlier: ReadonlyMap<string, Outcome>): Promise<Outcome> {
  if (needs !== undefined && earlier.get(needs)?.failed.length !== 0) return failure(`${name}: not run, needs ${needs}`)
  try {
    return await run()
  } catch (error) {
    console.log(error)
    return failure(`${name}: ${String(error)}`)
  }
}

function printList(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

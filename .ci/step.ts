import { spawn } from 'node:child_process'

/** What a step proved. Names say what failed or was skipped, for the list at the end. */
export interface Outcome {
  readonly passed: number
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
}

/** One line of the check. */
export interface Step {
  readonly name: string
  /** Name of an earlier step without which this one makes no sense. */
  readonly needs?: string
  readonly run: () => Promise<Outcome>
}

/** A step that passes if its commands, run one after another, all exit with 0. */
export function commandStep(name: string, ...commands: readonly (readonly string[])[]): Step {
  return {
    name,
    async run() {
      for (const command of commands) {
        if ((await runCommand(command)) !== 0) return failure(name)
      }
      return success()
    },
  }
}

/** One check, passed. */
export function success(): Outcome {
  return { passed: 1, failed: [], skipped: [] }
}

/** One check, failed. */
export function failure(what: string): Outcome {
  return { passed: 0, failed: [what], skipped: [] }
}

/** No step takes this long: what does hangs, and is killed so that the later steps get their turn. */
const STEP_TIMEOUT_MS = 14 * 60_000

/** Runs a command with its output in ours and no input. Resolves with its exit code, 1 where it was killed. */
export function runCommand([command = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: STEP_TIMEOUT_MS })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal !== null) console.log(`${command} was ended by ${signal}`)
      resolve(code ?? 1)
    })
  })
}

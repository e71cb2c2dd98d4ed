import { spawn } from 'node:child_process'
import { createFactWaiter } from './fact-waiter.ts'

/** How a process ended: by itself with a code, or by a signal. */
export interface ChildExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface NodeChild {
  readonly pid: number
  /** Resolves when the process has ended and all its output is read. */
  readonly exited: Promise<ChildExit>
  /** Standard output and error so far, in order of arrival. */
  output(): string
  /** Resolves with the first line of standard output, past ones included, that `pattern` matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string>
  /** Sends `signal`, SIGKILL by default, and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<ChildExit>
}

export interface NodeChildOptions {
  readonly args?: readonly string[]
  readonly cwd?: string
  /** Added to the parent's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The Node that runs it. Default: the one that runs the test. */
  readonly nodePath?: string
}

/** Starts `script` as a process of its own. A wait for a line rejects with the output, also when the process ends first. */
export function startNodeChild(script: string, options: NodeChildOptions = {}): NodeChild {
  const { args = [], cwd, env = {}, nodePath = process.execPath } = options
  const child = spawn(nodePath, [script, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let output = ''
  let exit: ChildExit | undefined
  const facts = createFactWaiter(() => output || 'no output')

  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    output += text
    facts.changed()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const exited = new Promise<ChildExit>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      exit = { code, signal }
      facts.changed()
      resolve(exit)
    })
  })

  return {
    pid: child.pid ?? -1,
    exited,
    output: () => output,
    async waitForLine(pattern, timeoutMs = 10_000) {
      const find = () => completeLines(stdout).find((line) => line.match(pattern) !== null)
      const foundOrEnded = () => {
        if (find() !== undefined) return true
        if (exit !== undefined) throw new Error(`${script} ended without a line ${pattern}:\n${output}`)
        return false
      }
      await facts.waitFor(foundOrEnded, timeoutMs, pattern)
      return find() as string
    },
    kill(signal = 'SIGKILL') {
      child.kill(signal)
      return exited
    },
  }
}

function completeLines(text: string): string[] {
  return text.split('\n').slice(0, -1)
}

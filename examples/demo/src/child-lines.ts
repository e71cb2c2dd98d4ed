import { spawn } from 'node:child_process'
import { splitLines } from './split-lines.ts'

/** A Node process of ours that tells what it does in lines of JSON, `{"msg":"…", …}`, on its standard output. */
export interface Child {
  readonly pid: number
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>
  signal(signal: 'SIGTERM' | 'SIGKILL'): void
}

export interface ChildOptions {
  /** The script and its arguments. */
  readonly args: readonly string[]
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly onLine: (line: Readonly<Record<string, unknown>>) => void
}

/**
 * Starts it in a process group of its own: Ctrl-C then reaches only the demo, which ends the others in order, the
 * collector last. Started in one group, the collector would be gone before the service has sent what waits.
 */
export function startChild({ args, env = {}, onLine }: ChildOptions): Child {
  const child = spawn(process.execPath, [...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let lastWords = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000)
  })
  const allRead = readLines(child.stdout.setEncoding('utf8'), onLine)
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      const words = lastWords.trim()
      resolve(words === '' ? how : `${how}: ${words}`)
    })
  })
  return {
    pid: child.pid ?? -1,
    ended: Promise.all([ended, allRead]).then(([how]) => how),
    signal: (signal) => void child.kill(signal),
  }
}

async function readLines(stdout: AsyncIterable<string>, onLine: ChildOptions['onLine']): Promise<void> {
  for await (const text of splitLines(stdout)) {
    if (text.startsWith('{')) onLine(JSON.parse(text) as Record<string, unknown>)
  }
}

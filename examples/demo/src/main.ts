// The main job on one machine. Run it with `pnpm demo`; `pnpm demo --help` shows the options.
import { resolve } from 'node:path'
import { HELP, parseOptions } from './demo-options.ts'
import { runDemo } from './run-demo.ts'
import { createScreen } from './screen.ts'

process.exitCode = await main()

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2))
  if (parsed.kind === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  if (parsed.kind === 'wrong') {
    process.stderr.write(`${parsed.message}\n`)
    return 2
  }
  // pnpm runs a package's script in the package's folder, and says here where the user stands.
  const cwd = process.env['INIT_CWD'] ?? process.cwd()
  const { log } = parsed.options
  const closing = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => closing.abort())
  // Whoever read the output is gone (`| head`): end in order, and leave no process behind.
  process.stdout.on('error', () => closing.abort())
  try {
    const booksClose = await runDemo({
      options: { ...parsed.options, log: log === undefined ? undefined : resolve(cwd, log) },
      screen: createScreen(process.stdout, Date.now),
      repository: cwd,
      chromiumPath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      now: Date.now,
      signal: closing.signal,
    })
    return booksClose ? 0 : 1
  } catch (error) {
    const message = closing.signal.aborted ? 'Interrupted before everything had started.' : (error as Error).message
    process.stderr.write(`\n${message}\n`)
    return 1
  }
}

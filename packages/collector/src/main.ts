import { readFileSync } from 'node:fs'
import { runCommand } from './cli/run-command.ts'

/** The manifest lies one folder above this file, in the sources as in the build. */
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const ending = new AbortController()
process.once('SIGTERM', () => ending.abort())
process.once('SIGINT', () => ending.abort())

process.exitCode = await runCommand(process.argv.slice(2), {
  version: manifest.version,
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  showsProgress: process.stderr.isTTY,
  ending: ending.signal,
})

import { createReadStream } from 'node:fs'
import { parseLogLine } from './log-line.ts'
import type { LogLine } from './log-line.ts'
import { splitLines } from './split-lines.ts'

/** The lines of an event log with their numbers, the first being 1. Rejects if the file can't be read. */
export async function* readLog(path: string, beforeMs: number): AsyncGenerator<LogLine & { readonly line: number }> {
  let line = 0
  for await (const text of splitLines(createReadStream(path, 'utf8'))) {
    line++
    yield { ...parseLogLine(line === 1 ? text.replace(/^\uFEFF/, '') : text, beforeMs), line }
  }
}

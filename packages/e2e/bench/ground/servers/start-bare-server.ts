import { fileURLToPath } from 'node:url'
import type { MeasuredServer } from './measured-server.ts'
import { startProgram } from './start-program.ts'

const PROGRAM = fileURLToPath(new URL('bare-server.ts', import.meta.url))

/** `node:http` that parses and answers: a request by itself, or all of a turn together. */
export function startBareServer(how: 'each' | 'gathered'): Promise<MeasuredServer> {
  return startProgram(PROGRAM, [how])
}

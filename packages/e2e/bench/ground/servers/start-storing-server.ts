import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MeasuredServer } from './measured-server.ts'
import { startProgram } from './start-program.ts'

const PROGRAM = fileURLToPath(new URL('storing-server.ts', import.meta.url))

/** `node:http` that parses, gives ids, and stores bodies as they came, on a new file that is gone when it is stopped. */
export async function startStoringServer(): Promise<MeasuredServer> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-storing-'))
  const server = await startProgram(PROGRAM, [join(folder, 'bodies.db')])
  return {
    ...server,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

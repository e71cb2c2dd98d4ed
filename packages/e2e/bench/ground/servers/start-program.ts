import { startNodeChild } from '@truecount/testkit'
import { cpuMsOf } from './measured-process.ts'
import type { MeasuredServer } from './measured-server.ts'

/** Starts a program of this benchmark that prints `{"url":…}` once it listens. */
export async function startProgram(path: string, args: readonly string[]): Promise<MeasuredServer> {
  const child = startNodeChild(path, { args })
  const { url } = JSON.parse(await child.waitForLine(/"url"/)) as { url: string }
  return {
    url,
    cpuMs: () => cpuMsOf(child.pid),
    async stop() {
      await child.kill()
    },
  }
}

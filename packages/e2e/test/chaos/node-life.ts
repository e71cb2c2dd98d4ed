import { fileURLToPath } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import type { TrackerProgram } from './run-tracker.ts'
import { type Kind, type Life, newLife } from './tracked.ts'

const PROGRAM = fileURLToPath(new URL('run-tracker.ts', import.meta.url))
const WAIT_MS = 60_000

/** One process that tracks. */
export interface NodeLife {
  readonly life: Life
  /** Resolves when it is at work: it has tracked so many events. */
  tracked(events: number): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Lets it send what waits, and end. */
  end(): Promise<void>
}

export function startNodeLife(program: TrackerProgram): NodeLife {
  const life = newLife(program.name, program.queueFolder !== undefined)
  const child = startNodeChild(PROGRAM, { args: [JSON.stringify(program)] })

  function readSaid(): void {
    for (const line of child.output().split('\n').slice(0, -1)) {
      const [word, n, kind] = line.split(' ')
      if (word === 'will') life.limbo = Number(n)
      if (word !== 'did') continue
      life.returned.set(Number(n), kind as Kind)
      life.limbo = undefined
    }
  }

  return {
    life,
    tracked: async (events) => void (await child.waitForLine(new RegExp(`^did ${events} `), WAIT_MS)),
    async kill() {
      life.wasKilled = true
      await child.kill('SIGKILL')
      readSaid()
    },
    async end() {
      if (!program.onlyDrains) process.kill(child.pid, 'SIGTERM')
      await child.waitForLine(/^ended /, WAIT_MS)
      const { code } = await child.exited
      if (code !== 0) throw new Error(`${program.name} ended with ${code}:\n${child.output()}`)
      readSaid()
    },
  }
}

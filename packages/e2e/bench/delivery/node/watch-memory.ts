import { readFileSync } from 'node:fs'
import type { Act, Scenario } from '../../../test/node/scenario.ts'

const LOOK_MS = 250

export interface MemoryWatch {
  /** The scenario, its processes watched from the first line that all have said. */
  readonly watched: Scenario
  /** The largest resident set of any of them so far, in MB; 0 where it can't be seen. */
  stop(): number
}

/** Looks at the memory of processes from outside: one that is killed can no longer tell. */
export function watchMemory(scenario: Scenario): MemoryWatch {
  const pids = new Set<number>()
  let peakMb = 0
  const look = () => {
    for (const pid of pids) peakMb = Math.max(peakMb, peakMbOf(pid))
  }
  const timer = setInterval(look, LOOK_MS)
  const watch: Act = ({ children }) => {
    for (const { pid } of children) pids.add(pid)
    look()
  }
  const runs = scenario.runs.map((run) =>
    run.when === undefined ? run : { ...run, when: run.when.map((one) => ({ ...one, acts: [watch, ...one.acts] })) },
  )
  return {
    watched: { ...scenario, runs },
    stop() {
      clearInterval(timer)
      return Math.round(peakMb)
    },
  }
}

/** Linux keeps it as `VmHWM` in kB; a process that has ended has none. */
function peakMbOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

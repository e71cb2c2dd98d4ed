import { readFileSync } from 'node:fs'
import type { Act, Scenario } from '../../../test/node/scenario.ts'

const LOOK_MS = 250

export interface Watch {
  /** The scenario, to be run in place of the one that was given. */
  readonly watched: Scenario
  /** Ends the watch, and says what was seen. */
  stop(): Seen
}

export interface Seen {
  /** The scenario without the runs that never began. */
  readonly begun: Scenario
  /** The largest resident set of any process, in MB, from the first line on that all have said; 0 where it can't be seen. */
  readonly peakMb: number
}

/** Looks at a scenario from outside: processes that are killed can no longer tell. */
export function watchScenario(scenario: Scenario): Watch {
  const pids = new Set<number>()
  let peakMb = 0
  let runsBegun = 0
  const look = () => {
    for (const pid of pids) peakMb = Math.max(peakMb, peakMbOf(pid))
  }
  const timer = setInterval(look, LOOK_MS)
  const watch: Act = ({ children }) => {
    for (const { pid } of children) pids.add(pid)
    look()
  }
  const runs = scenario.runs.map((run) => ({
    ...run,
    before: [() => void runsBegun++, ...(run.before ?? [])],
    when: (run.when ?? []).map((one) => ({ ...one, acts: [watch, ...one.acts] })),
  }))
  return {
    watched: { ...scenario, runs },
    stop() {
      clearInterval(timer)
      return { begun: { ...scenario, runs: scenario.runs.slice(0, runsBegun) }, peakMb: Math.round(peakMb) }
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

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { always, ok, startNodeChild } from '@truecount/testkit'
import type { NodeChild } from '@truecount/testkit'
import type { Backend, StartBackend } from './backend.ts'
import { prepareGround } from './queue-ground.ts'
import type { Facts, Run, Scenario } from './scenario.ts'
import { RESULT } from './step.ts'
import type { ProcessResult, Program, Step } from './step.ts'

const RUN_PROGRAM = fileURLToPath(new URL('run-program.ts', import.meta.url))
const LINE_MS = 60_000

/**
 * Plays a scenario with real processes; `subject` is the path of a module that exports `createSubject`. Rejects where a
 * process ends in a way that the scenario does not say. When `signal` aborts, all processes are killed.
 */
export async function runScenario(
  scenario: Scenario,
  subject: string,
  startBackend: StartBackend,
  signal?: AbortSignal,
): Promise<Facts> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-matrix-'))
  const ground = await prepareGround(scenario.queue ?? 'memory', folder)
  const backend = await startBackend(scenario.faults?.() ?? always(ok), folder)
  const children: NodeChild[] = []
  const killAll = () => Promise.all(children.map((child) => child.kill()))
  signal?.addEventListener('abort', () => void killAll())
  try {
    if (scenario.startsDown) await backend.goDown()
    const results: ProcessResult[] = []
    for (const [number, run] of scenario.runs.entries()) {
      const start = (process: number) => {
        signal?.throwIfAborted()
        const program = programOf(
          scenario,
          stepsOf(run, process),
          subject,
          backend,
          `${number}-${process}-`,
          ground.queueFolder,
        )
        const child = startNodeChild(RUN_PROGRAM, { args: [JSON.stringify(program)] })
        children.push(child)
        return child
      }
      results.push(...(await play(run, backend, ground.queueFolder ?? '', start)))
    }
    return { tracked: trackedIn(scenario), results, arrivals: backend.arrivals, server: await backend.readBooks() }
  } finally {
    await killAll()
    await backend.stop()
    ground.clear()
    await rm(folder, { recursive: true })
  }
}

async function play(
  run: Run,
  backend: Backend,
  queueFolder: string,
  start: (process: number) => NodeChild,
): Promise<ProcessResult[]> {
  for (const act of run.before ?? []) await act({ backend, children: [], queueFolder })
  const children = Array.from({ length: run.processes ?? 1 }, (_, process) => start(process))
  for (const { said, acts } of run.when ?? []) {
    await Promise.all(children.map((child) => child.waitForLine(new RegExp(`^${said}$`), LINE_MS)))
    for (const act of acts) await act({ backend, children, queueFolder })
  }
  const results = await Promise.all(
    children.map((child, number) => endOf(child, run.killed?.includes(number) ?? false)),
  )
  return results.flatMap((result) => result ?? [])
}

/** Waits for the end, and wants it to be the one that the scenario says. */
async function endOf(child: NodeChild, isKilled: boolean): Promise<ProcessResult | undefined> {
  const { code, signal } = await child.exited
  if (isKilled ? signal !== 'SIGKILL' : code !== 0) {
    throw new Error(`A process ended with code ${code}, signal ${signal}:\n${child.output()}`)
  }
  return isKilled
    ? undefined
    : (JSON.parse((await child.waitForLine(/^RESULT /)).slice(RESULT.length)) as ProcessResult)
}

/** On a busy machine a process could otherwise be through with its steps before it is killed. */
function stepsOf({ steps, killed = [] }: Run, process: number): readonly Step[] {
  return killed.includes(process) ? [...steps, { do: 'stay' }] : steps
}

function programOf(
  scenario: Scenario,
  steps: readonly Step[],
  subject: string,
  { endpoint, key }: Backend,
  prefix: string,
  queueFolder: string | undefined,
): Program {
  const place = queueFolder === undefined ? {} : { queueFolder }
  return { subject, prefix, steps, settings: { endpoint, key, ...scenario.settings, ...place } }
}

/** How many events a scenario tracks. */
export function trackedIn({ runs }: Scenario): number {
  let tracked = 0
  for (const { steps, processes = 1 } of runs) {
    for (const step of steps) {
      if (step.do === 'track') tracked += step.count * processes
      if (step.do === 'trackPoison') tracked += processes
    }
  }
  return tracked
}

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CreateSubject, SubjectSettings } from '../../../test/node/subject.ts'

/** What a measured process is told, as JSON, in its first argument. */
export interface Task {
  /** Path of the module that exports `createSubject`. */
  readonly subject: string
  readonly settings: SubjectSettings
  readonly events: number
  readonly perTurn: number
}

/** What it says, as JSON, in its last line. */
export interface Work {
  /** User and system time of the process, until all is delivered. */
  readonly cpuMs: number
  /** Time inside `track()`. */
  readonly insideMs: number
  /** Time in which the event loop was busy, until all is delivered. */
  readonly busyMs: number
  /** The longest time that the event loop did nothing else. */
  readonly longestMs: number
}

const WARM_UP = 2000
const FLUSH_MS = 60_000

const { subject: path, settings, events, perTurn } = JSON.parse(process.argv[2] as string) as Task
const { createSubject } = (await import(path)) as { createSubject: CreateSubject }
const subject = createSubject(settings)

await trackAll(WARM_UP, 100, 'warm')
await subject.flush(FLUSH_MS)

const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
await nextTurn()
const cpu = process.cpuUsage()
const loop = performance.eventLoopUtilization()
const insideMs = await trackAll(events, perTurn, 'user')
await subject.flush(FLUSH_MS)
const { active: busyMs } = performance.eventLoopUtilization(loop)
const used = process.cpuUsage(cpu)
// The timer that takes the samples may itself be late by its resolution.
const longestMs = Math.max(0, delays.max / 1e6 - 1)
const work: Work = { cpuMs: (used.user + used.system) / 1000, insideMs, busyMs, longestMs }
console.log(JSON.stringify(work))
process.exit(0)

/** Resolves with the milliseconds spent inside `track()`. */
async function trackAll(count: number, each: number, user: string): Promise<number> {
  let inside = 0
  for (let done = 0; done < count; done += each) {
    const begun = performance.now()
    for (let n = done; n < done + each; n++) subject.track('step', `${user}-${n}`, { n, plan: 'pro', page: '/pricing' })
    inside += performance.now() - begun
    await nextTurn()
  }
  return inside
}

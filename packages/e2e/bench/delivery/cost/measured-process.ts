import { monitorEventLoopDelay } from 'node:perf_hooks'
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
  /** Processor time of the main thread inside `track()`: what else the machine does is not in it, as in wall time. */
  readonly insideMs: number
  /** Processor time of the main thread, which is the event loop's, until all is delivered. */
  readonly busyMs: number
  /** The longest time that the event loop did nothing else. */
  readonly longestMs: number
}

const WARM_UP = 2000
const FLUSH_MS = 20_000

const { subject: path, settings, events, perTurn } = JSON.parse(process.argv[2] as string) as Task
const { createSubject } = (await import(path)) as { createSubject: CreateSubject }
const subject = createSubject(settings)

await trackAll(WARM_UP, 100, 'warm')
await subject.flush(FLUSH_MS)

const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
await nextTurn()
const cpu = process.cpuUsage()
const thread = process.threadCpuUsage()
const insideMs = await trackAll(events, perTurn, 'user')
await subject.flush(FLUSH_MS)
const busyMs = totalMs(process.threadCpuUsage(thread))
const cpuMs = totalMs(process.cpuUsage(cpu))
// The timer that takes the samples may itself be late by its resolution.
const longestMs = Math.max(0, delays.max / 1e6 - 1)
const work: Work = { cpuMs, insideMs, busyMs, longestMs }
console.log(JSON.stringify(work))
process.exit(0)

/** Resolves with the milliseconds of processor time spent inside `track()`. */
async function trackAll(count: number, each: number, user: string): Promise<number> {
  let inside = 0
  for (let done = 0; done < count; done += each) {
    const begun = process.threadCpuUsage()
    for (let n = done; n < done + each; n++) subject.track('step', `${user}-${n}`, { n, plan: 'pro', page: '/pricing' })
    inside += totalMs(process.threadCpuUsage(begun))
    await nextTurn()
  }
  return inside
}

function totalMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}

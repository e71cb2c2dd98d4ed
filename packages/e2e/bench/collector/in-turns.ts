import type { Work } from '../ground/load/load-task.ts'
import { runLoad, warmUp } from '../ground/load/run-load.ts'
import { shown } from '../ground/page/figures.ts'
import { median } from '../ground/page/median.ts'
import type { MeasuredServer } from '../ground/servers/measured-server.ts'
import type { Bench } from './figure.ts'

/** A server that is measured in turn with others. */
export interface Subject {
  readonly name: string
  open(): Promise<OpenSubject>
}

export interface OpenSubject {
  readonly server: MeasuredServer & { readonly secretKey?: string }
  /** Called after its turn. */
  close(): Promise<void>
}

export interface Samples {
  /** A figure a round. */
  readonly perSecond: readonly number[]
  /** Processor time of the server for an event, in microseconds. */
  readonly cpuUs: readonly number[]
}

export interface TurnLoad {
  readonly work: Work
  readonly connections: number
  readonly eventsPerRequest: number
}

/** Sends the same load to every subject, round after round, in an order that changes. */
export async function measureInTurns<Name extends string>(
  { rounds, seconds, say }: Bench,
  subjects: readonly (Subject & { readonly name: Name })[],
  load: TurnLoad,
): Promise<Readonly<Record<Name, Samples>>> {
  const all = subjects.map((subject) => ({ subject, samples: { perSecond: [] as number[], cpuUs: [] as number[] } }))
  for (let round = 0; round < rounds; round++) {
    for (const { subject, samples } of round % 2 === 0 ? all : all.toReversed()) {
      const sample = await takeTurn(subject, load, seconds)
      samples.perSecond.push(sample.perSecond)
      samples.cpuUs.push(sample.cpuUs)
      say(
        `${subject.name}, round ${round + 1}: ${shown(sample.perSecond)} events/s, ${shown(sample.cpuUs)} µs of processor ` +
          `each (sender: ${shown(sample.clientShare)} of a core)`,
      )
    }
  }
  const byName: Partial<Record<Name, Samples>> = {}
  for (const { subject, samples } of all) byName[subject.name] = samples
  return byName as Record<Name, Samples>
}

async function takeTurn(subject: Subject, load: TurnLoad, seconds: number) {
  const { server, close } = await subject.open()
  try {
    return await measureOnce(server, load, seconds)
  } finally {
    await close()
  }
}

async function measureOnce(server: OpenSubject['server'], load: TurnLoad, seconds: number) {
  const { url, secretKey } = server
  const task = { url, ...(secretKey === undefined ? {} : { secretKey }), ...load, seconds }
  await warmUp(task)
  const beforeMs = await server.cpuMs()
  const result = await runLoad(task)
  const events = result.requests * load.eventsPerRequest
  return {
    perSecond: events / result.seconds,
    cpuUs: (((await server.cpuMs()) - beforeMs) * 1000) / events,
    clientShare: result.clientShare,
  }
}

/** `114,000/s, 9.3 µs`. */
export function shownSamples({ perSecond, cpuUs }: Samples): string {
  return `${shown(Math.round(median(perSecond) as number))}/s, ${shown(median(cpuUs) as number)} µs`
}

import type { EventInput } from '@truecount/protocol'
import { flipByte, makeReadOnly, removeFolder, tearLastRecord } from '../../../test/node/acts.ts'
import type { StartBackend } from '../../../test/node/backend.ts'
import { CAN_MOUNT } from '../../../test/node/mount.ts'
import { runScenario, trackedIn } from '../../../test/node/run-scenario.ts'
import { DISK_KB } from '../../../test/node/scenario.ts'
import type { Act, Facts, Scenario } from '../../../test/node/scenario.ts'
import { TICK } from '../../../test/node/step.ts'
import { cellOf } from '../cell.ts'
import type { Cell } from '../cell.ts'
import { startWireServer } from '../wire-server.ts'
import type { WireArrival, WireServer } from '../wire-server.ts'
import type { NodeSdk } from './node-sdks.ts'
import { watchScenario } from './watch-scenario.ts'

const ON_FILES: ReadonlySet<Act> = new Set([flipByte, makeReadOnly, removeFolder, tearLastRecord])
const RETRY_AFTER_MS = 2000
/** A request that was under way when the 429 was answered is not one that ignores it. */
const UNDER_WAY_MS = 100
/** A process that lives on for longer is worth a word. */
const LINGER_MS = 2500

/** Puts an SDK through a scenario of the Node matrix. Where it does not end within `limitMs`, it is killed. */
export async function runNodeCell(sdk: NodeSdk, scenario: Scenario, limitMs: number): Promise<Cell> {
  const why = reasonToLeaveOut(sdk, scenario)
  if (why !== undefined) return { kind: 'left out', why }
  let server: WireServer | undefined
  const startBackend: StartBackend = async (faults) => {
    server = await startWireServer(sdk.wire, faults)
    return { ...server, endpoint: server.url, key: 'pk_bench', readBooks: async () => NO_BOOKS }
  }
  const signal = AbortSignal.timeout(limitMs)
  const watch = watchScenario(scenario)
  const facts = await runScenario(watch.watched, sdk.subject, startBackend, signal).catch((error: Error) => error)
  const { begun, peakMb } = watch.stop()
  const notes =
    facts instanceof Error
      ? [failureOf(facts, signal, limitMs), ...(isBurst(scenario) && peakMb ? [`takes ${peakMb} MB`] : [])]
      : notesOn(scenario, facts)
  const { destroyed, drops } = scenario.expected ?? {}
  const refused = typeof drops === 'object' ? Object.values(drops).reduce((sum, count) => sum + count, 0) : 0
  const arrivals = earlyOf(server?.arrivals ?? [], scenario)
  return cellOf(trackedIn(begun) - (destroyed ?? refused), server?.stored ?? [], identify, [...arrivals, ...notes])
}

/** The server's books are read from what it stored; the scenario's own are for other eyes. */
const NO_BOOKS = { rows: 0, distinct: 0, dropsTold: {}, ledger: undefined }

function reasonToLeaveOut({ peer }: NodeSdk, { queue = 'memory', runs, expected }: Scenario): string | undefined {
  if (peer === undefined) {
    return Object.hasOwn(DISK_KB, queue) && !CAN_MOUNT ? 'it wants root, for a mount' : undefined
  }
  const acts = runs.flatMap(({ before = [], when = [] }) => [...before, ...when.flatMap((one) => one.acts)])
  // The same burst in memory is a scenario of its own.
  const isTwin = queue === 'folder' && expected?.drops === 'counted'
  const isOnFiles = isTwin || !['memory', 'folder'].includes(queue) || acts.some((act) => ON_FILES.has(act))
  return isOnFiles ? 'it keeps no file' : undefined
}

/** Every event that scenarios count has a user of its own. */
function identify({ event_name: name, user_id: user }: EventInput): string | undefined {
  return name === TICK ? user : undefined
}

function failureOf(error: Error, signal: AbortSignal, limitMs: number): string {
  if (/heap out of memory|heap limit/i.test(error.message)) return 'out of memory'
  return signal.aborted ? `no end within ${limitMs / 1000} s` : `crash: ${error.message.split('\n', 1)[0]}`
}

/** What bursts take of memory is in their cells. */
export function isBurst({ expected }: Scenario): boolean {
  return expected?.drops === 'counted'
}

function notesOn(scenario: Scenario, { results }: Facts): string[] {
  if (isBurst(scenario)) {
    const told = results.flatMap(({ books }) => books ?? [])
    const added = Math.max(...results.map(({ peakMb, floorMb }) => Math.round(peakMb - floorMb)))
    const drops = told.reduce((sum, { dropped }) => sum + dropped, 0)
    return [`adds ${added} MB`, told.length === 0 ? 'drops not told' : `drops told: ${drops}`]
  }
  const { runs, expected } = scenario
  const notes: string[] = []
  const isShutdown = expected?.met?.includes('hang') && runs[0]?.steps.some((step) => step.do === 'shutdown')
  if (isShutdown) notes.push(`shutdown in ${seconds(results[0]?.drainsMs[0] ?? 0)} s`)
  const lingerMs = Math.max(...results.map((result) => result.lingerMs))
  if (lingerMs > LINGER_MS) notes.push(`process ends ${seconds(lingerMs)} s after its work`)
  return notes
}

/** Requests that came before the time that a 429 had asked for. */
function earlyOf(arrivals: readonly WireArrival[], { expected, name }: Scenario): string[] {
  if (!name.startsWith('429') || !expected?.met?.includes('status')) return []
  const told = arrivals.findIndex(({ outcome }) => outcome === 'status')
  const toldAt = arrivals[told]?.at ?? 0
  const early = arrivals.filter(({ at }) => at > toldAt + UNDER_WAY_MS && at < toldAt + RETRY_AFTER_MS)
  return [`early requests: ${early.length}`]
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1)
}

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { always, ok } from '@truecount/testkit'
import { runScenario } from '../../../test/node/run-scenario.ts'
import type { Scenario } from '../../../test/node/scenario.ts'
import type { NodeSdk } from '../node/node-sdks.ts'
import { tallyOf } from '../tally.ts'
import { startWireServer } from '../wire-server.ts'
import type { Task, Work } from './measured-process.ts'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('measured-process.ts', import.meta.url))
/** For each of a sample's three processes. */
export const COST_LIMIT_S = 45
const LIMIT_MS = COST_LIMIT_S * 1000
const EVENTS = 10_000

/** A subject that does nothing: what the measuring itself costs. */
export const NOTHING = fileURLToPath(new URL('nothing.ts', import.meta.url))

/** An SDK with its events in memory, or in a file where it can keep them there. */
export interface Variant {
  readonly name: string
  readonly sdk: Pick<NodeSdk, 'peer' | 'subject' | 'wire'>
  readonly isOnFile: boolean
}

/** 10,000 calls, `perTurn` in each turn of the event loop; `undefined` where not every event arrived. */
export async function measureWork({ sdk, isOnFile }: Variant, perTurn: number): Promise<Work | undefined> {
  const server = await startWireServer(sdk.wire, always(ok))
  const folder = await mkdtemp(join(tmpdir(), 'truecount-cost-'))
  const place = isOnFile ? { queueFolder: join(folder, 'queue') } : {}
  const settings = { endpoint: server.url, key: 'pk_bench', ...place }
  const task: Task = { subject: sdk.subject, settings, events: EVENTS, perTurn }
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, JSON.stringify(task)], {
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    const arrived = tallyOf(server.stored, ({ user_id: user }) => (user?.startsWith('user') ? user : undefined))
    const isWhole = arrived.distinct === EVENTS || sdk.subject === NOTHING
    return isWhole ? (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Work) : undefined
  } catch {
    // Killed at the limit, or crashed: there is no figure then.
    return undefined
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
}

/** MB that 50,000 events add to a process whose server is down; `undefined` where it does not live to tell. */
export async function measureMemory({ sdk, isOnFile }: Variant): Promise<number | undefined> {
  const scenario: Scenario = {
    name: 'memory in an outage',
    startsDown: true,
    queue: isOnFile ? 'folder' : 'memory',
    runs: [
      {
        steps: [
          { do: 'track', count: 50_000, perTurn: 1000, everyMs: 1, bytes: 200 },
          { do: 'flush', timeoutMs: 3000 },
          { do: 'exit' },
        ],
      },
    ],
  }
  try {
    const { results } = await runScenario(
      scenario,
      sdk.subject,
      async (faults) => {
        const server = await startWireServer(sdk.wire, faults)
        const books = { rows: 0, distinct: 0, dropsTold: {}, ledger: undefined }
        return { ...server, endpoint: server.url, key: 'pk_bench', readBooks: async () => books }
      },
      AbortSignal.timeout(LIMIT_MS),
    )
    const [result] = results
    return result && result.peakMb - result.floorMb
  } catch {
    return undefined
  }
}

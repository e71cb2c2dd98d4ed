import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { formatLaneKey } from '@truecount/protocol'
import { makeKey, runCommand, serve, type Collector } from '../crash-load.ts'

/** A collector that is killed and started again, on the same port and file. */
export interface ChaosCollector {
  readonly url: string
  /** Publishable, without limits. */
  readonly key: string
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it, and reads what it has. */
  end(): Promise<Ledger>
}

/** An event as it is exported. */
export interface Exported {
  readonly idempotency_key: string
  readonly event_name: string
  readonly metadata: {
    readonly life?: string
    readonly n?: number
    readonly reasons?: Readonly<Record<string, number>>
  }
}

/** A lane's row. */
export interface BookedLane {
  readonly lane: string
  readonly highest: number
  readonly far: number
  readonly stored: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
}

export interface Ledger {
  readonly events: readonly Exported[]
  readonly lanes: readonly BookedLane[]
  /** Keys of the events that were rejected. */
  readonly rejectedKeys: readonly string[]
  /** The answer of `GET /api/v1/analytics/delivery`. */
  readonly books: Readonly<Record<'captured' | 'stored' | 'rejected' | 'dropped' | 'missing' | 'waiting', number>>
  /** What is wrong with the file, by `truecount doctor`. */
  readonly doctor: string
}

export async function startChaosCollector(folder: string): Promise<ChaosCollector> {
  const db = join(folder, 'chaos.db')
  const key = await makeKey(db, 'publishable')
  const secretKey = await makeKey(db)
  let running: Collector | undefined = await serve(db)
  const { url } = running
  const start = async () => void (running ??= await serve(db, '--port', new URL(url).port))

  return {
    url,
    key,
    start,
    async kill() {
      await running?.child.kill('SIGKILL')
      running = undefined
    },
    async end() {
      await start()
      const answer = await fetch(`${url}/api/v1/analytics/delivery`, {
        headers: { authorization: `Bearer ${secretKey}` },
      })
      const books = (await answer.json()) as Ledger['books']
      await running?.child.kill('SIGTERM')
      const doctor = await runCommand('doctor', '--db', db)
      return {
        books,
        events: await exportAll(db, folder),
        ...readLanes(db),
        doctor: doctor.code === 0 ? '' : doctor.output,
      }
    },
  }
}

async function exportAll(db: string, folder: string): Promise<readonly Exported[]> {
  const file = join(folder, 'export.ndjson')
  const { code, output } = await runCommand('export', '--db', db, '--to', file)
  if (code !== 0) throw new Error(`export: ${output}`)
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Exported)
}

function readLanes(db: string): Pick<Ledger, 'lanes' | 'rejectedKeys'> {
  const database = new DatabaseSync(db, { readOnly: true })
  const lanes = database.prepare('SELECT lane, highest, far, stored, rejected, dropped, missing FROM lane').all()
  const rejected = database.prepare('SELECT l.lane, r.seq FROM lane_rejection r JOIN lane l ON l.id = r.lane').all()
  database.close()
  return {
    lanes: lanes as unknown as BookedLane[],
    rejectedKeys: (rejected as { lane: string; seq: number }[]).map(({ lane, seq }) => formatLaneKey(lane, seq)),
  }
}

import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { formatLaneKey } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import type { Eraser } from '../../src/store/eraser.ts'
import type { Ledger } from '../../src/store/ledger.ts'

export const PROJECT = '0198f000-0000-7000-8000-000000000001'

interface Acting {
  readonly ledger: Ledger
  readonly eraser: Eraser
}

type Action = (store: Acting) => Promise<unknown>

/** Some events: half of them in a lane, of three users, one of each second. */
export function ingest(from: number, count = 6): Action {
  return ({ ledger }) => {
    const entries = Array.from({ length: count }, (_, i) => {
      const seq = from + i
      const event = {
        event_name: seq % 5 === 0 ? 'b' : 'a',
        user_id: `user-${seq % 3}`,
        timestamp: new Date(seq * 1000).toISOString(),
        metadata: { page: `/${seq % 4}`, seq },
        idempotency_key: seq % 2 === 0 ? formatLaneKey('AAAAAAAAAAAAAAAA', seq / 2) : `key-${seq}`,
      }
      return checkEvent(event, { projectId: PROJECT, nowMs: 1_000_000, randomBytes: (size) => new Uint8Array(size) })
    })
    return ledger.ingest([{ projectId: PROJECT, entries }], () => [])
  }
}

const reclaim: Action = async ({ eraser }) => {
  while (await eraser.reclaim());
}

/** Each may be done again after a process died in it. */
const SCENARIO: readonly Action[] = [
  ...[2, 8, 14, 20, 26, 32, 38, 44, 50].map((from) => ingest(from)),
  ({ eraser }) => eraser.eraseUser(PROJECT, 'user-1'),
  ingest(56),
  reclaim,
  ...[62, 68].map((from) => ingest(from)),
  ({ eraser }) => eraser.eraseBefore(PROJECT, 30_000),
  reclaim,
  ingest(74),
  ({ eraser }) => eraser.eraseUser(PROJECT, 'user-2'),
  reclaim,
]

/** Does what the journal does not name as done yet, and writes each into it. */
export async function play(store: Acting, seal: () => Promise<void>, journal: string): Promise<void> {
  const done = existsSync(journal) ? readFileSync(journal, 'utf8').length : 0
  for (const action of SCENARIO.slice(done)) {
    await action(store)
    await seal()
    appendFileSync(journal, '.')
  }
}

export function createProject(db: Database): void {
  db.prepare(`INSERT OR IGNORE INTO project (uuid, name, created_at) VALUES (?, '', 0)`).run(PROJECT)
}

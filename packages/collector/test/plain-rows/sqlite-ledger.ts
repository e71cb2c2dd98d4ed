import type { Database } from 'better-sqlite3'
import { uuidBytes } from '../../src/id/uuid.ts'
import type {
  EventKey,
  Ledger,
  LedgerAnswer,
  LedgerBatch,
  LedgerEntry,
  LedgerVerdict,
  Plan,
  StoredEvent,
} from '../../src/store/ledger.ts'
import { createEnqueue } from '../../src/store/sqlite/enqueue-delivery.ts'
import { createEventNumbers, type TakeNumber } from './event-numbers.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createLaneBooks, type LaneBooks } from '../../src/store/sqlite/lane-books.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'
import { arrivalOf } from '../../src/store/sqlite/sender-word.ts'
import { createSqliteRuleWindows } from '../../src/store/sqlite/sqlite-rule-windows.ts'

/** The ledger on SQLite: every call of `ingest` is one transaction. */
export function createSqliteLedger(db: Database): Ledger {
  const projectRow = createProjectIds(db)
  const ingestBatch = createBatchWriter(db)
  const enqueue = createEnqueue(db)
  const openWindows = createSqliteRuleWindows(db)
  const openNumbers = createEventNumbers(db)
  const openLanes = createLaneBooks(db)

  const ingest = db.transaction((batches: readonly LedgerBatch[], plan: Plan): LedgerAnswer => {
    let enqueued = 0
    const takeNumber = openNumbers()
    const windows = openWindows()
    const lanes = openLanes()
    const written = batches.map((batch) => {
      const fresh: StoredEvent[] = []
      const answer = ingestBatch(projectRow(batch.projectId), batch, { lanes, fresh, takeNumber })
      for (const delivery of plan(batch.projectId, fresh, windows)) enqueued += enqueue(delivery, 0)
      return answer
    })
    windows.save()
    lanes.save()
    return { verdicts: written.map(({ verdicts }) => verdicts), ids: written.map(({ ids }) => ids), enqueued }
  })
  return { ingest: (batches, plan) => guard(() => ingest.immediate(batches, plan)) }
}

interface WrittenBatch {
  readonly verdicts: readonly LedgerVerdict[]
  readonly ids: readonly (number | undefined)[]
}

/** What a batch is written with: books its lanes, gets what was stored, gives each event its number. */
interface Writing {
  readonly lanes: LaneBooks
  readonly fresh: StoredEvent[]
  readonly takeNumber: TakeNumber
}

type BatchWriter = (project: number, batch: LedgerBatch, writing: Writing) => WrittenBatch

function createBatchWriter(db: Database): BatchWriter {
  const foreign = createForeignKeys(db)
  const append = createAppend(db)

  return (project, batch, { lanes, fresh, takeNumber }) => {
    const ids: (number | undefined)[] = []
    lanes.hear(project, batch)
    const verdicts = batch.entries.map((entry, i): LedgerVerdict => {
      const { key } = entry
      const verdict =
        key.kind === 'lane'
          ? lanes.lane(project, key.lane).judge(entry, key.seq)
          : foreign(entry.eventId, key.kind, entry.kind)
      if (key.kind !== 'lane') lanes.bookLaneless(project, verdict, arrivalOf(entry))
      if (verdict === 'stored' && entry.kind === 'event') {
        const id = takeNumber()
        ids[i] = id
        const event = lanes.keep(project, batch, entry)
        append(id, project, event, keyColumns(project, key, lanes))
        fresh.push(event)
      }
      return verdict
    })
    return { verdicts, ids }
  }
}

/** An event without a key claims its own id, so that it is stored once when it is imported. */
function createForeignKeys(db: Database) {
  const claim = db.prepare<[Buffer]>('INSERT OR IGNORE INTO claimed_key (event_id) VALUES (?)')
  const isClaimed = db.prepare<[Buffer], number>('SELECT 1 FROM claimed_key WHERE event_id = ?').pluck()
  return (eventId: string, key: 'foreign' | 'none', kind: LedgerEntry['kind']): LedgerVerdict => {
    if (key === 'none' && kind === 'rejection') return 'rejected'
    const bytes = uuidBytes(eventId)
    if (kind === 'event') return claim.run(bytes).changes === 1 ? 'stored' : 'duplicate'
    return isClaimed.get(bytes) === undefined ? 'rejected' : 'duplicate'
  }
}

type KeyColumns = readonly [lane: number | null, seq: number | null, foreignKey: string | null]

function keyColumns(project: number, key: EventKey, lanes: LaneBooks): KeyColumns {
  if (key.kind === 'lane') return [lanes.lane(project, key.lane).row.id, key.seq, null]
  return [null, null, key.kind === 'foreign' ? key.text : null]
}

function createAppend(db: Database): (id: number, project: number, event: StoredEvent, key: KeyColumns) => void {
  const insert = db.prepare(
    `INSERT INTO event (id, project, event_id, event_name, user_id, ts, received_at, metadata, original_ts, lane, seq,
       foreign_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return (id, project, event, key) => {
    const { eventId, eventName, userId, timestampMs, originalTimestampMs, receivedAtMs, metadataText } = event
    const content = [eventName, userId, timestampMs, receivedAtMs, metadataText, originalTimestampMs ?? null]
    insert.run(id, project, uuidBytes(eventId), ...content, ...key)
  }
}

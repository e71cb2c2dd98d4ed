import type { Database } from 'better-sqlite3'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import { eventOfRow } from '../../src/store/blocks/event-of-row.ts'
import { readStoredRows } from '../../src/store/blocks/stored-rows.ts'

/** All events of a file that are not hidden, in the order of their numbers. */
export function allIn(db: Database): BlockEvent[] {
  const read = db.transaction(() =>
    [...readStoredRows(db)].flatMap(({ rows, kept }) =>
      Array.from(kept ?? Array(rows.length).keys(), (row) => eventOfRow(rows, row)),
    ),
  )
  return read()
}

/** What rows have of them, too. */
export function storedIn(db: Database) {
  return allIn(db).map((event) => {
    const { number, project, eventName, userId, timestampMs, receivedAtMs, page, seq, key, metadata } = event
    return { number, project, eventName, userId, timestampMs, receivedAtMs, page, seq, key, metadata }
  })
}

/** The same of a file of rows. */
export function rowsIn(db: Database): unknown[] {
  return db
    .prepare(
      `SELECT id AS number, project, event_name AS eventName, user_id AS userId, ts AS timestampMs, received_at AS receivedAtMs,
         iif(json_type(metadata, '$.page') = 'text', metadata -> '$.page', '') AS page, coalesce(seq, 0) AS seq,
         coalesce(foreign_key, '') AS key, metadata FROM event ORDER BY id`,
    )
    .all()
}

/** What nothing leads to any more. */
export function leftoversIn(db: Database): unknown[] {
  return db
    .prepare(
      `SELECT 'part', part FROM segment_part WHERE part / 65536 NOT IN (SELECT id FROM segment)
       UNION ALL SELECT 'run part', part FROM key_run_part WHERE part / 65536 NOT IN (SELECT id FROM key_run)
       UNION ALL SELECT 'block', first FROM block WHERE last <= (SELECT sealed_to FROM storage)
       UNION ALL SELECT 'erasure', id FROM erasure WHERE user_id IS NOT NULL`,
    )
    .raw()
    .all()
}

import type { Database } from 'better-sqlite3'
import type { BuiltRun, BuiltSegment } from './seal-work.ts'
import { partNumber } from './part-number.ts'

/** What is stored under an id and not switched on. */
export interface Stored<T> {
  readonly id: number
  readonly built: T
}

/** Which segments and runs there are. Each is to be called inside a transaction, and answers whether it changed anything. */
export interface Layout {
  /** Switches a new segment and run on, and the blocks that they were made of off. `sealedTo`: what it was when they were made. */
  seal(sealedTo: number, segment: Stored<BuiltSegment>, run: Stored<BuiltRun> | undefined): 'sealed' | 'overtaken'
  /** Puts a segment in the place of another, or nothing; the run has keys of what it lacks. */
  replaceSegment(id: number, by: Stored<BuiltSegment>, run: Stored<BuiltRun> | undefined): 'replaced' | 'overtaken'
  /** Says that nothing is hidden in a segment up to that erasure. */
  markClean(id: number, erasedTo: number): void
  /** Puts a run in the place of others, or nothing. */
  replaceRuns(ids: readonly number[], by: Stored<BuiltRun> | undefined): void
}

export function createLayout(db: Database): Layout {
  const statements = prepareStatements(db)
  const grow = db.prepare('UPDATE storage SET layout = layout + 1')
  // An erasure that covers a part of a segment can't be told from one that covers all of it.
  const overtaken = ({ last, erasedTo }: BuiltSegment) => statements.cutting.get(erasedTo, last) !== undefined

  function addSegment({ id, built }: Stored<BuiltSegment>): void {
    if (built.events === 0) return
    expectParts(statements.segmentParts.get(partNumber(id, 0), partNumber(id + 1, 0)), built.parts.length, 'segment')
    const { first, last, events, minMs, maxMs, erasedTo } = built
    statements.addSegment.run(id, first, last, events, minMs, maxMs, erasedTo)
  }

  function addRun({ id, built }: Stored<BuiltRun>): void {
    expectParts(statements.runParts.get(partNumber(id, 0), partNumber(id + 1, 0)), built.parts.length, 'run')
    statements.addRun.run(id, built.first, built.last, built.keys, built.head)
  }

  return {
    seal(sealedTo, segment, run) {
      if (statements.sealedTo.get() !== sealedTo || overtaken(segment.built)) return 'overtaken'
      addSegment(segment)
      if (run !== undefined) addRun(run)
      statements.setSealedTo.run(segment.built.last)
      grow.run()
      return 'sealed'
    },
    replaceSegment(id, by, run) {
      if (overtaken(by.built) || statements.removeSegment.run(id).changes === 0) return 'overtaken'
      addSegment(by)
      if (run !== undefined) addRun(run)
      grow.run()
      return 'replaced'
    },
    markClean: (id, erasedTo) => void statements.markClean.run(erasedTo, id),
    replaceRuns(ids, by) {
      for (const id of ids) statements.removeRun.run(id)
      if (by !== undefined) addRun(by)
      grow.run()
    },
  }
}

/** Another process that took the lease may have taken them for orphans. */
function expectParts(stored: number | undefined, expected: number, what: string): void {
  if (stored !== expected) throw new Error(`A ${what} has ${stored} of its ${expected} parts`)
}

function prepareStatements(db: Database) {
  const count = (table: string) =>
    db.prepare<[number, number], number>(`SELECT count(*) FROM ${table} WHERE part >= ? AND part < ?`).pluck()
  return {
    sealedTo: db.prepare<[], number>('SELECT sealed_to FROM storage').pluck(),
    setSealedTo: db.prepare<[number]>('UPDATE storage SET sealed_to = ?'),
    cutting: db.prepare<[number, number], number>('SELECT 1 FROM erasure WHERE id > ? AND up_to < ?').pluck(),
    segmentParts: count('segment_part'),
    runParts: count('key_run_part'),
    addSegment: db.prepare('INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?)'),
    removeSegment: db.prepare<[number]>('DELETE FROM segment WHERE id = ?'),
    markClean: db.prepare<[number, number]>('UPDATE segment SET erased_to = max(erased_to, ?) WHERE id = ?'),
    addRun: db.prepare('INSERT INTO key_run VALUES (?, ?, ?, ?, ?)'),
    removeRun: db.prepare<[number]>('DELETE FROM key_run WHERE id = ?'),
  }
}

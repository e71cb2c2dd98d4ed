import type { Database } from 'better-sqlite3'
import { createReadErasures, type Erasures, type Hidden } from './erasures.ts'
import { createPassCache } from './pass-cache.ts'
import type { Segment } from './segment.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createTail } from './tail.ts'
import { createUserTexts } from './user-texts.ts'
import type { Snapshot, View } from './view.ts'

export interface Snapshots {
  /** Hands over what the file holds at one instant. Sees all that was committed before the call. */
  read<T>(run: (snapshot: Snapshot) => T): T
}

export interface SnapshotOptions {
  /** Most memory for columns, which may be read again. */
  readonly columnBytes: number
  readonly userTextBytes: number
  /** Events of the tail that are sorted together and for good. */
  readonly pieceEvents: number
}

interface Layout {
  readonly number: number
  readonly sealedTo: number
  readonly segments: readonly ErasedSegment[]
  readonly erasures: Erasures
  /** What was found out of {@link Erasures.hiddenIn}. */
  readonly hidden: WeakMap<Segment, Map<number, Hidden>>
}

interface ErasedSegment {
  readonly segment: Segment
  readonly erasedTo: number
}

interface StorageRow {
  readonly layout: number
  readonly sealedTo: number
  readonly nextUser: number
}

/**
 * Reads a file through a connection of its own. Nowhere else are erasures applied to what is read. `throwAway` is told of memory that is
 * soon of no use.
 */
export function openSnapshots(db: Database, options: SnapshotOptions, throwAway?: (bytes: number) => void): Snapshots {
  const storage = db.prepare<[], StorageRow>('SELECT layout, sealed_to AS sealedTo, next_user AS nextUser FROM storage')
  const segmentRows = db.prepare<[], SegmentRow & { readonly erasedTo: number }>(
    `SELECT ${SEGMENT_FIELDS}, erased_to AS erasedTo FROM segment ORDER BY first`,
  )
  const laneText = db.prepare<[number], string>('SELECT lane FROM lane WHERE id = ?').pluck()
  const columns = createPassCache(options.columnBytes)
  const userTexts = createUserTexts(db, options.userTextBytes)
  const openSegment = createSegmentOpener(db, columns, userTexts, throwAway)
  const readErasures = createReadErasures(db)
  const tail = createTail(db, options.pieceEvents)
  let layout: Layout | undefined

  function currentLayout(): Layout {
    const row = storage.get() as StorageRow
    if (layout?.number === row.layout) return layout
    const erasures = readErasures()
    tail.changeLayout(row.sealedTo, row.nextUser, erasures)
    const segments = segmentRows.all().map((segment) => ({ segment: openSegment(segment), erasedTo: segment.erasedTo }))
    layout = { number: row.layout, sealedTo: row.sealedTo, segments, erasures, hidden: new WeakMap() }
    return layout
  }

  const read = db.transaction((run: (snapshot: Snapshot) => unknown) => {
    columns.beginPass()
    userTexts.beginRead()
    const current = currentLayout()
    const { lastNumber, pieces } = tail.follow()
    const all = [...current.segments, ...pieces]
    return run({
      layout: current.number,
      lastNumber,
      views: (project) => all.flatMap((segment) => viewOf(current, segment, project)),
      laneText: (lane) => laneText.get(lane) as string,
    })
  })
  return { read: <T>(run: (snapshot: Snapshot) => T) => read(run) as T }
}

/** A project's view of a segment; none where it has no rows. */
function viewOf(
  layout: Layout,
  { segment, erasedTo }: { readonly segment: Segment | undefined; readonly erasedTo: number },
  project: number,
): View[] {
  const rows = segment?.column('directory').get(project)
  if (segment === undefined || rows === undefined) return []
  const known = layout.hidden.get(segment) ?? new Map<number, Hidden>()
  layout.hidden.set(segment, known)
  const { before, users } = known.get(project) ?? layout.erasures.hiddenIn(segment, erasedTo, project)
  known.set(project, { before, users })
  return [{ ...rows, project, segment, hiddenBefore: before, hiddenUsers: users }]
}

import Database from 'better-sqlite3'
import { createMergeRuns } from './merge-runs.ts'
import { type PackedParts, packParts } from './packed-parts.ts'
import { type PackedUsers, packUsers } from './packed-users.ts'
import { createRewriteSegment } from './rewrite-segment.ts'
import { createSealBlocks } from './seal-blocks.ts'
import type { BuiltRun, BuiltSegment, Rewritten, SealWork, UnusedUsers } from './seal-work.ts'
import { createUnusedUsers } from './unused-users.ts'

/** Each copies what was written during the one before. One during which nothing is written cuts the file, too, while nobody waits. */
const CHECKPOINT_PASSES = 3

type Packed<Built extends { readonly parts: unknown }> = Omit<Built, 'parts'> & { readonly parts: PackedParts }

export interface PackedSealed {
  readonly users: PackedUsers
  readonly segment: Packed<BuiltSegment>
  readonly run: Packed<BuiltRun> | undefined
}

export type PackedRewritten =
  | Extract<Rewritten, { kind: 'clean' }>
  | { readonly kind: 'rewritten'; readonly segment: Packed<BuiltSegment>; readonly run: Packed<BuiltRun> | undefined }

export interface SealCalls {
  seal(...args: Parameters<SealWork['seal']>): PackedSealed
  rewrite(...args: Parameters<SealWork['rewrite']>): PackedRewritten
  mergeRuns(...args: Parameters<SealWork['mergeRuns']>): Packed<BuiltRun> | undefined
  unusedUsers(...args: Parameters<SealWork['unusedUsers']>): UnusedUsers
  checkpoint(...args: Parameters<SealWork['checkpoint']>): boolean
}

/** `db` reads; the log is written back through another connection, which is opened when it is first needed. */
export function createSealCalls(db: Database.Database, path: string): SealCalls {
  const seal = createSealBlocks(db)
  const rewrite = createRewriteSegment(db)
  const mergeRuns = createMergeRuns(db)
  let writer: Database.Database | undefined
  return {
    seal(wish) {
      const { segment, users, run } = seal(wish)
      return { users: packUsers(users), segment: packed(segment), run: run && packed(run) }
    },
    rewrite(id) {
      const rewritten = rewrite(id)
      if (rewritten.kind === 'clean') return rewritten
      return { ...rewritten, segment: packed(rewritten.segment), run: rewritten.run && packed(rewritten.run) }
    },
    mergeRuns(ids) {
      const run = mergeRuns(ids)
      return run && packed(run)
    },
    unusedUsers: createUnusedUsers(db),
    checkpoint(patienceMs) {
      writer ??= new Database(path, { fileMustExist: true })
      writer.pragma(`busy_timeout = ${patienceMs}`)
      for (let pass = 0; pass < CHECKPOINT_PASSES; pass++) writer.pragma('wal_checkpoint(PASSIVE)')
      const [{ busy }] = writer.pragma('wal_checkpoint(RESTART)') as [{ busy: number }]
      return busy === 0
    },
  }
}

function packed<Built extends { readonly parts: Parameters<typeof packParts>[0] }>(built: Built): Packed<Built> {
  return { ...built, parts: packParts(built.parts) }
}

/** The memory of the parts and users that an answer holds. */
export function memoryOf(value: unknown): readonly ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return []
  const { parts, users, segment, run } = value as Readonly<Record<'parts' | 'users' | 'segment' | 'run', unknown>>
  const arrays = [parts as PackedParts | undefined, users as PackedUsers | undefined].flatMap((of) =>
    Object.values(of ?? {}).filter((field) => ArrayBuffer.isView(field)),
  )
  return [...arrays.map(({ buffer }) => buffer as ArrayBuffer), ...memoryOf(segment), ...memoryOf(run)]
}

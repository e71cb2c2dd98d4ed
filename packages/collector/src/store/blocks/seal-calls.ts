import Database from 'better-sqlite3'
import { createMergeRuns } from './merge-runs.ts'
import { type PackedParts, packParts } from './packed-parts.ts'
import { createRewriteSegment } from './rewrite-segment.ts'
import { createSealBlocks } from './seal-blocks.ts'
import type { BuiltRun, BuiltSegment, Rewritten, Sealed, SealWork } from './seal-work.ts'
import { createHasUser } from './has-user.ts'

type Packed<Built extends { readonly parts: unknown }> = Omit<Built, 'parts'> & { readonly parts: PackedParts }

export type PackedSealed = Omit<Sealed, 'segment' | 'run'> & {
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
  hasUser(...args: Parameters<SealWork['hasUser']>): boolean
  checkpoint(): void
}

/** `db` reads; the log is written back through another connection, which is opened when it is first needed. */
export function createSealCalls(db: Database.Database, path: string): SealCalls {
  const seal = createSealBlocks(db)
  const rewrite = createRewriteSegment(db)
  const mergeRuns = createMergeRuns(db)
  let writer: Database.Database | undefined
  return {
    seal(wish) {
      const { segment, run, ...sealed } = seal(wish)
      return { ...sealed, segment: packed(segment), run: run && packed(run) }
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
    hasUser: createHasUser(db),
    checkpoint() {
      writer ??= new Database(path, { fileMustExist: true, timeout: 0 })
      writer.pragma('wal_checkpoint(PASSIVE)')
    },
  }
}

function packed<Built extends { readonly parts: Parameters<typeof packParts>[0] }>(built: Built): Packed<Built> {
  return { ...built, parts: packParts(built.parts) }
}

/** The memory of the parts that an answer holds. */
export function memoryOf(value: unknown): readonly ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return []
  const { parts, segment, run } = value as Readonly<Record<'parts' | 'segment' | 'run', unknown>>
  const own = parts === undefined ? [] : [(parts as PackedParts).bytes.buffer as ArrayBuffer]
  return [...own, ...memoryOf(segment), ...memoryOf(run)]
}

import type { Database } from 'better-sqlite3'
import { guard } from './guard.ts'

export function createCommitsOfOthers(db: Database): () => Promise<number> {
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  return () => guard(() => version.get() as number)
}

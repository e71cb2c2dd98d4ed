import type { Database } from 'better-sqlite3'
import { guard } from './guard.ts'

/** Who asks wants an answer soon. */
const PATIENCE_MS = 250

/** Writes the file's version as it is: that reaches the disk as any commit does, and changes nothing. */
export function createProveWritable(db: Database): () => Promise<void> {
  const rewriteVersion = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number
    db.pragma(`user_version = ${version}`)
  })
  return () => guard(() => rewriteVersion.immediate(), PATIENCE_MS)
}

import type { Engine } from './engine.ts'
import { createLibraryEngine } from './library-engine.ts'
import { startPostgresCluster } from './postgres-cluster.ts'
import { createPostgresEngine } from './postgres-engine.ts'

const STARTS: Readonly<Record<string, () => Promise<Engine>>> = {
  chDB: () => createLibraryEngine('chdb'),
  DuckDB: () => createLibraryEngine('duckdb'),
  async PostgreSQL() {
    const started = await startPostgresCluster()
    if (!started.ok) throw new Error(started.reason)
    return createPostgresEngine(started.cluster)
  },
}

export interface StartedEngines {
  readonly engines: readonly Engine[]
  /** Why others are not among them. */
  readonly leftOut: readonly string[]
}

/** Starts every engine of comparison, fetched first where it is missing. */
export async function startEngines(): Promise<StartedEngines> {
  const engines: Engine[] = []
  const leftOut: string[] = []
  for (const [name, start] of Object.entries(STARTS)) {
    try {
      engines.push(await start())
    } catch (error) {
      leftOut.push(`${name}: ${(error as Error).message}`)
    }
  }
  return { engines, leftOut }
}

import { loadEnginePackage } from './engine-package.ts'
import type { SqlRow } from './engine.ts'

export type LibraryName = 'duckdb' | 'chdb'

/** What the process of a library says to a question. */
export type LibraryAnswer =
  | { readonly ms: number; readonly results: readonly (readonly SqlRow[])[] }
  | { readonly problem: string }

/** An open database inside this process. */
export interface Library {
  run(sql: string): Promise<readonly SqlRow[]>
}

export const OPEN: Readonly<Record<LibraryName, (path: string) => Promise<Library>>> = {
  duckdb: openDuckDb,
  chdb: openChDb,
}

interface DuckDbModule {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<{ runAndReadAll(sql: string): Promise<DuckDbResult> }> }>
  }
}

interface DuckDbResult {
  getRowsJS(): readonly SqlRow[]
}

async function openDuckDb(path: string): Promise<Library> {
  const { DuckDBInstance } = (await loadEnginePackage('@duckdb/node-api')) as DuckDbModule
  const connection = await (await DuckDBInstance.create(path)).connect()
  return { run: async (sql) => (await connection.runAndReadAll(sql)).getRowsJS() }
}

interface ChDbModule {
  readonly Session: new (path: string) => { query(sql: string, format: string): string }
}

async function openChDb(path: string): Promise<Library> {
  const { Session } = (await loadEnginePackage('chdb')) as ChDbModule
  const session = new Session(path)
  return {
    async run(sql) {
      const text = session.query(sql, 'JSONCompactEachRow')
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SqlRow]))
    },
  }
}

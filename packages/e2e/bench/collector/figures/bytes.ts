import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { shown } from '../../ground/page/figures.ts'
import { fillStore } from '../../ground/servers/fill-store.ts'
import type { Bench, Figure } from '../figure.ts'
import type { RowFinding } from '../finding.ts'

const SHARE_OF_EVENTS = 0.3

/** What is kept of events with metadata of varied shape. */
export const bytes: Figure = {
  name: 'bytes',
  async measure(bench) {
    return [await measureBytes(bench, 'sdk'), await measureBytes(bench, 'foreign')]
  },
}

function measureBytes(bench: Bench, keys: 'sdk' | 'foreign'): Promise<RowFinding> {
  return bench.stores.withFolder(async (folder) => {
    const events = Math.ceil(bench.events * SHARE_OF_EVENTS)
    const dataset = { events, users: 100_000, keys, metadata: 'varied' } as const
    const dbPath = join(folder, 'varied.db')
    const store = await fillStore({ dataset, dbPath, limitSeconds: bench.fillSeconds })
    const [kept, json] = [(await bytesOf(dbPath)) / store.events, store.load.bodyBytes / store.events]
    const keysInWords = keys === 'sdk' ? 'keys of the SDK' : 'foreign random keys'
    return {
      kind: 'row',
      what: `bytes kept ÷ bytes of JSON, varied metadata, ${keysInWords}, ${store.events.toLocaleString('en')} events`,
      ours: `${shown(kept)} B`,
      beside: `${shown(json)} B`,
      value: kept / json,
      goal: { is: 'at most', value: 0.25 },
    }
  })
}

/** Of a database that no collector runs on, with all that it left beside it. */
export async function bytesOf(dbPath: string): Promise<number> {
  const sizes = ['', '-wal', '-shm'].map((suffix) =>
    stat(dbPath + suffix).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

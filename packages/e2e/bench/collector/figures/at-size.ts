import { join } from 'node:path'
import type { FilledStore } from '../../ground/servers/fill-store.ts'
import { fillStore } from '../../ground/servers/fill-store.ts'
import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Bench, Figure } from '../figure.ts'
import type { Finding } from '../finding.ts'
import { measureInTurns } from '../in-turns.ts'
import { runningServer } from '../subjects.ts'
import { BATCH_LOAD, rateRow } from './batches.ts'

const WISH = { users: 100, keys: 'foreign' } as const

/** Batches sent to a store that is full already, beside plain rows in the same number. */
export const atSize: Figure = {
  name: 'at-size',
  async measure(bench) {
    const { plainCommand: command } = bench
    return bench.stores.withFolder(async (folder) => {
      const plain = await fillPlain(bench, command, join(folder, 'plain.db'))
      return bench.stores.withCopy(WISH, (ours) => compare(bench, ours, { ...plain, command }))
    })
  },
}

/** As many as the time allows: plain rows become slower and slower. Keys of lanes, because foreign ones take hours. */
async function fillPlain({ events, fillSeconds, say }: Bench, command: string, dbPath: string): Promise<FilledStore> {
  const dataset = { events, users: WISH.users, keys: 'sdk', metadata: 'even' } as const
  const store = await fillStore({ command, dataset, dbPath, limitSeconds: fillSeconds })
  say(`Plain rows: ${store.events} events in ${store.load.seconds.toFixed(0)} s`)
  return store
}

async function compare(
  bench: Bench,
  full: FilledStore,
  fullPlain: FilledStore & { readonly command: string },
): Promise<readonly Finding[]> {
  const ours = await startMeasuredCollector(full)
  const plain = await startMeasuredCollector(fullPlain)
  try {
    const samples = await measureInTurns(
      bench,
      [runningServer('ours', ours), runningServer('plain', plain)],
      BATCH_LOAD,
    )
    const sizes = `${full.events.toLocaleString('en')} events, plain rows at ${fullPlain.events.toLocaleString('en')}`
    return [
      rateRow(`the same batches ÷ plain rows, ours at ${sizes}`, samples.ours, samples.plain, {
        is: 'at least',
        value: 5,
      }),
    ]
  } finally {
    await ours.stop()
    await plain.stop()
  }
}

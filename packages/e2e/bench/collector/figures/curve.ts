import { join } from 'node:path'
import type { LoadResult } from '../../ground/load/load-task.ts'
import { shown } from '../../ground/page/figures.ts'
import { median } from '../../ground/page/median.ts'
import { fillStore } from '../../ground/servers/fill-store.ts'
import type { Bench, Figure } from '../figure.ts'
import type { RowFinding } from '../finding.ts'
import type { StoreWish } from '../stores.ts'

/** How the rate changes while a store is filled, by keys of the SDK, and by random keys in every event. */
export const curve: Figure = {
  name: 'curve',
  async measure(bench) {
    return [
      await measureFill(bench, { users: 1_000_000, keys: 'sdk' }, 'keys of the SDK'),
      await measureFill(bench, { users: 100, keys: 'foreign' }, 'foreign keys'),
    ]
  },
}

/** Events a second over the first tenth of a fill and over the last. */
interface Rates {
  readonly first: number
  readonly last: number
}

async function measureFill(bench: Bench, wish: StoreWish, keysInWords: string): Promise<RowFinding> {
  const { stores, events, rounds, fillSeconds, say } = bench
  const dataset = { ...wish, events, metadata: 'even' } as const
  const all = [ratesOf((await stores.filled(wish)).load, events)]
  while (all.length < rounds) {
    const { load } = await stores.withFolder((folder) =>
      fillStore({ dataset, dbPath: join(folder, 'curve.db'), limitSeconds: fillSeconds }),
    )
    all.push(ratesOf(load, events))
  }
  for (const [round, rates] of all.entries())
    say(`Fill with ${keysInWords}, round ${round + 1}: ${JSON.stringify(rates)}`)
  const of = (pick: (one: Rates) => number) => median(all.map(pick)) as number
  const ratios = all.map(({ first, last }) => last / first)
  const part = (events / 10).toLocaleString('en')
  return {
    kind: 'row',
    what: `rate over the last ${part} events of a fill ÷ the first, ${keysInWords}`,
    ours: `${shown(Math.round(of(({ last }) => last)))}/s`,
    beside: `${shown(Math.round(of(({ first }) => first)))}/s`,
    value: median(ratios) as number,
    range: [Math.min(...ratios), Math.max(...ratios)],
    goal: { is: 'at least', value: 0.9 },
  }
}

function ratesOf({ tenths }: LoadResult, events: number): Rates {
  const seconds = tenths.map((end, i) => end - (tenths[i - 1] ?? 0))
  const rate = (of: number | undefined) => events / 10 / (of ?? Number.NaN)
  return { first: rate(seconds[0]), last: rate(seconds.at(-1)) }
}

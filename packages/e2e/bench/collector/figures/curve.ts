import { shown } from '../../ground/page/figures.ts'
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

async function measureFill({ stores, events }: Bench, wish: StoreWish, keysInWords: string): Promise<RowFinding> {
  const { load } = await stores.filled(wish)
  const tenths = load.tenths.map((seconds, i) => seconds - (load.tenths[i - 1] ?? 0))
  const rates = tenths.map((seconds) => events / 10 / seconds)
  const [first = Number.NaN, last = Number.NaN] = [rates[0], rates.at(-1)]
  const part = (events / 10).toLocaleString('en')
  return {
    kind: 'row',
    what: `rate over the last ${part} events ÷ the first, one fill, ${keysInWords}`,
    ours: `${shown(Math.round(last))}/s`,
    beside: `${shown(Math.round(first))}/s`,
    value: last / first,
    goal: { is: 'at least', value: 0.9 },
  }
}

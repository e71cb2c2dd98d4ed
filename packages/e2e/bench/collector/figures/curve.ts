import { shown } from '../../ground/page/figures.ts'
import type { Figure } from '../figure.ts'

/** How the rate changes while a store is filled, random keys in every event. */
export const curve: Figure = {
  name: 'curve',
  async measure({ stores, events }) {
    const { load } = await stores.filled({ users: 100, keys: 'foreign' })
    const tenths = load.tenths.map((seconds, i) => seconds - (load.tenths[i - 1] ?? 0))
    const rates = tenths.map((seconds) => events / 10 / seconds)
    const [first = Number.NaN, last = Number.NaN] = [rates[0], rates.at(-1)]
    const part = (events / 10).toLocaleString('en')
    return [
      {
        kind: 'row',
        what: `rate over the last ${part} events ÷ the first, one fill, foreign keys`,
        ours: `${shown(Math.round(last))}/s`,
        beside: `${shown(Math.round(first))}/s`,
        value: last / first,
        goal: { is: 'at least', value: 0.9 },
      },
    ]
  },
}

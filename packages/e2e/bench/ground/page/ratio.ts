import { median } from './median.ts'

/** One thing beside another, measured in turns. */
export interface Ratio {
  /** Of the medians. */
  readonly ratio: number
  /** The least and the most of single rounds. */
  readonly range: readonly [number, number]
}

/** A figure a round, of rounds that were measured side by side. */
export function ratioOf(ours: readonly number[], others: readonly number[]): Ratio {
  const single = ours.map((value, round) => value / (others[round] as number))
  return {
    ratio: (median(ours) ?? Number.NaN) / (median(others) ?? Number.NaN),
    range: [Math.min(...single), Math.max(...single)],
  }
}

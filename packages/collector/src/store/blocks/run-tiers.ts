/** A run, as far as it matters for merging. */
export interface TieredRun {
  readonly id: number
  readonly keys: number
}

const RUNS_A_TIER = 8

/** Larger runs are left alone: merging them would take long, and save little. */
const MAX_KEYS = 4_194_304

/**
 * Which runs to merge next: eight of about the same size. Each key is so rewritten once in every tier. `undefined`: there is nothing to
 * merge.
 */
export function runsToMerge(runs: readonly TieredRun[]): readonly number[] | undefined {
  const tiers = new Map<number, TieredRun[]>()
  for (const run of runs) {
    const tier = Math.floor(Math.log2(Math.max(1, run.keys)) / Math.log2(RUNS_A_TIER))
    const members = tiers.get(tier) ?? []
    members.push(run)
    tiers.set(tier, members)
  }
  for (const members of tiers.values()) {
    const some = members.toSorted((a, b) => a.keys - b.keys).slice(0, RUNS_A_TIER)
    const keys = some.reduce((sum, run) => sum + run.keys, 0)
    if (some.length === RUNS_A_TIER && keys <= MAX_KEYS) return some.map(({ id }) => id)
  }
  return undefined
}

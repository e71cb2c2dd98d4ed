import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contradictionsOf } from './contradictions.ts'
import { runChaos } from './run-chaos.ts'

/** `TRUECOUNT_CHAOS_RUNS=100` runs a hundred seeds; `TRUECOUNT_SEED=7 TRUECOUNT_CHAOS_RUNS=1` repeats one. */
const RUNS = Number(process.env['TRUECOUNT_CHAOS_RUNS'] ?? 5)
const FIRST_SEED = Number(process.env['TRUECOUNT_SEED'] ?? Date.now() % 1_000_000)

test.each(Array.from({ length: RUNS }, (_, i) => FIRST_SEED + i))(
  'Whatever the network loses and whoever is killed, the books of every lane close, and only what was destroyed is missing (seed %i)',
  { timeout: 180_000 },
  async (seed) => {
    const folder = await mkdtemp(join(tmpdir(), 'truecount-chaos-'))
    try {
      const run = await runChaos(seed, folder)
      const contradictions = contradictionsOf(run)
      if (contradictions.length > 0) console.error(`TRUECOUNT_SEED=${seed}: ${contradictions.join('\n')}`)
      expect(contradictions, `TRUECOUNT_SEED=${seed} TRUECOUNT_CHAOS_RUNS=1 repeats this run`).toEqual([])
      // Or nothing was shown.
      expect(run.faults).toBeGreaterThan(run.requests / 5)
      expect(run.ledger.books.stored).toBeGreaterThan(100)
      const { captured, stored, rejected, dropped, missing } = run.ledger.books
      console.log(
        `seed ${seed}: ${run.lives.length} trackers, ${run.requests} requests, ${run.faults} with a fault, ${run.destroyed.length} events destroyed; ` +
          `captured ${captured} = stored ${stored} + rejected ${rejected} + dropped ${dropped} + missing ${missing}`,
      )
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
)

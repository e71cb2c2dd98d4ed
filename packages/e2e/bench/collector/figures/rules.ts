import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import { createRules } from '../../rules/load.ts'
import type { Figure } from '../figure.ts'
import { measureInTurns } from '../in-turns.ts'
import { runningServer } from '../subjects.ts'
import { BATCH_LOAD, rateRow } from './batches.ts'

/** Fewer at a smaller size: making them takes a while. */
const EVENTS_PER_RULE = 1_000
const MAX_RULES = 10_000

/** Rules on names that are not sent. */
export const rules: Figure = {
  name: 'rules',
  async measure(bench) {
    const count = Math.min(MAX_RULES, Math.ceil(bench.events / EVENTS_PER_RULE))
    const without = await startMeasuredCollector()
    const withRules = await startMeasuredCollector()
    try {
      const others = Array.from({ length: count }, (_, i) => ({
        conditions: { event_name: `other_${i}`, 'metadata.amount': { $gt: i } },
      }))
      await createRules(withRules, others)
      const subjects = [runningServer('without', without), runningServer('with', withRules)] as const
      const samples = await measureInTurns(bench, subjects, BATCH_LOAD)
      const what = `events/s with ${count.toLocaleString('en')} rules on other names ÷ without rules`
      return [rateRow(what, samples.with, samples.without, { is: 'at least', value: 0.9 })]
    } finally {
      await without.stop()
      await withRules.stop()
    }
  },
}

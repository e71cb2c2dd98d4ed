import type { LoadTask } from '../../ground/load/load-task.ts'
import { runLoad } from '../../ground/load/run-load.ts'
import { shown } from '../../ground/page/figures.ts'
import { median } from '../../ground/page/median.ts'
import { ratioOf } from '../../ground/page/ratio.ts'
import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Bench, Figure } from '../figure.ts'
import type { RowFinding } from '../finding.ts'
import { STEADY_LOAD } from '../steady-load.ts'

const WISH = { users: 1_000_000, keys: 'sdk' } as const
/** Events, users and pages of everything there is. */
const REPORT = '/stats?limit=1000'

/** What a report that never pauses does to those who send. */
export const reportLoad: Figure = {
  name: 'report-load',
  measure: (bench) =>
    bench.stores.withCopy(WISH, async (copy) => {
      const collector = await startMeasuredCollector(copy)
      try {
        return [await compare(bench, collector)]
      } finally {
        await collector.stop()
      }
    }),
}

type Collector = Pick<LoadTask, 'url'> & { readonly secretKey: string }

async function compare({ rounds, seconds, say, events }: Bench, { url, secretKey }: Collector): Promise<RowFinding> {
  const ingest = { url, secretKey, ...STEADY_LOAD, seconds }
  const report: LoadTask = { url, work: { kind: 'gets', paths: [REPORT] }, connections: 1, seconds: seconds * 10 }
  const [alone, beside, reports]: [number[], number[], number[]] = [[], [], []]
  await runLoad(ingest)
  for (let round = 0; round < rounds; round++) {
    alone.push((await runLoad(ingest)).p99Ms)
    const sending = runLoad(ingest)
    const reporting = await runLoad(report, sending)
    beside.push((await sending).p99Ms)
    reports.push(reporting.p50Ms)
    say(`p99 of ingest, round ${round + 1}: ${alone.at(-1)?.toFixed(1)} ms alone, ${beside.at(-1)?.toFixed(1)} ms`)
  }
  const { ratio, range } = ratioOf(beside, alone)
  return {
    kind: 'row',
    what: `p99 of ingest (50 batches/s) while the heaviest report loops ÷ alone, ${events.toLocaleString('en')} events of 1,000,000 users`,
    ours: `${shown(median(beside) as number)} ms (a report: ${shown(median(reports) as number)} ms)`,
    beside: `${shown(median(alone) as number)} ms`,
    value: ratio,
    range,
    goal: { is: 'at most', value: 3 },
  }
}

import type { FaultScript } from '@truecount/testkit'
import { startRecordingCollector } from '@truecount/testkit'
import type { Backend } from '../backend.ts'
import { TICK } from '../step.ts'

/** A collector in memory that does the faults itself. */
export async function startRecordingBackend(faults: FaultScript): Promise<Backend> {
  const collector = await startRecordingCollector({ faults })
  return {
    endpoint: collector.url,
    key: 'pk_recording',
    arrivals: collector.requests,
    setFaults: (next) => collector.setFaults(next),
    goDown: () => collector.goDown(),
    comeBack: () => collector.comeBack(),
    stop: () => collector.stop(),
    async readBooks() {
      const stored = [...collector.stored.values()]
      const ticks = stored.filter(({ event_name: name }) => name === TICK)
      const dropsTold: Record<string, number> = {}
      for (const { metadata } of stored.filter(({ event_name: name }) => name === '$dropped')) {
        for (const [reason, count] of Object.entries(metadata?.['reasons'] as Record<string, number>)) {
          dropsTold[reason] = (dropsTold[reason] ?? 0) + count
        }
      }
      return {
        rows: ticks.length,
        distinct: new Set(ticks.map(({ user_id: user }) => user)).size,
        dropsTold,
        ledger: undefined,
      }
    },
  }
}

import { createAsking } from '../../ground/load/ask.ts'
import { runLoad } from '../../ground/load/run-load.ts'
import { shown } from '../../ground/page/figures.ts'
import { median } from '../../ground/page/median.ts'
import type { FilledStore } from '../../ground/servers/fill-store.ts'
import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Figure } from '../figure.ts'
import type { RowFinding } from '../finding.ts'
import { questionsOf } from '../questions.ts'
import { STEADY_LOAD } from '../steady-load.ts'

const WISH = { users: 1_000_000, keys: 'sdk' } as const
const MAX_MB = 400
const MAX_READY_SECONDS = 3

/** Memory and the start of a collector whose store is full. */
export const memory: Figure = {
  name: 'memory',
  async measure({ events, rounds, seconds, stores, say }) {
    const filled = await stores.filled(WISH)
    const starts: Start[] = []
    await stores.withCopy(WISH, async (copy) => {
      for (let round = 0; round < rounds; round++) {
        starts.push(await measureStart(copy, events, seconds))
        say(`Start, round ${round + 1}: ${JSON.stringify(starts.at(-1))}`)
      }
    })
    const store = `${events.toLocaleString('en')} events of 1,000,000 users`
    const readies = starts.map(({ readySeconds }) => readySeconds)
    const peaks = starts.map(({ peakMb }) => peakMb)
    return [
      row(`peak memory while ${store} are taken, keys of the SDK`, 'MB', [filled.peakMb], MAX_MB),
      row(`peak memory from the start with ${store} on, all questions asked while ingest goes on`, 'MB', peaks, MAX_MB),
      row(`start until an event is acknowledged, ${store}`, 's', readies, MAX_READY_SECONDS),
    ]
  },
}

function row(what: string, unit: 'MB' | 's', values: readonly number[], bound: number): RowFinding {
  const value = median(values) as number
  return {
    kind: 'row',
    what,
    ours: `${shown(value)} ${unit}`,
    beside: '',
    value,
    range: [Math.min(...values), Math.max(...values)],
    unit,
    goal: { is: 'at most', value: bound },
  }
}

interface Start {
  readonly readySeconds: number
  readonly peakMb: number
}

async function measureStart(store: FilledStore, events: number, seconds: number): Promise<Start> {
  const readySeconds = await measureReady(store)
  const collector = await startMeasuredCollector(store)
  const { url, secretKey } = collector
  const asking = createAsking(collector)
  try {
    const ingest = runLoad({ url, secretKey, ...STEADY_LOAD, seconds })
    for (const { path } of questionsOf(events)) await asking.get(path)
    await ingest
    return { readySeconds, peakMb: await collector.peakMb() }
  } finally {
    asking.close()
    await collector.stop()
  }
}

/** Seconds from the start of the process until it has acknowledged an event. The file is in the memory of the machine. */
export async function measureReady(store: FilledStore): Promise<number> {
  const collector = await startMeasuredCollector(store)
  try {
    const sentMs = performance.now()
    const response = await fetch(`${collector.url}/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: 1, event_type: 'started' }),
    })
    if (response.status !== 201) throw new Error(`An event was answered with ${response.status}`)
    await response.arrayBuffer()
    return (collector.startMs + performance.now() - sentMs) / 1000
  } finally {
    await collector.stop()
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { END_MS, FIRST_MS } from '../../ground/events/dataset.ts'
import { createAsking } from '../../ground/load/ask.ts'
import { runLoad } from '../../ground/load/run-load.ts'
import { shown } from '../../ground/page/figures.ts'
import { median } from '../../ground/page/median.ts'
import type { FilledStore } from '../../ground/servers/fill-store.ts'
import { type MeasuredCollector, startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Bench, Figure } from '../figure.ts'
import type { Finding } from '../finding.ts'
import { STEADY_LOAD } from '../steady-load.ts'
import { bytesOf } from './bytes.ts'

const WISH = { users: 1_000_000, keys: 'sdk' } as const
const BATCH_EVENTS = 100
const LIMIT_SECONDS = 900
/** Ingest goes on for so long after the answer, for the space is freed then. */
const TAIL_MS = 20_000
/** And is under way for so long before. */
const LEAD_MS = 2_000
const MIDDLE = new Date((FIRST_MS + END_MS) / 2).toISOString()

interface Deletion {
  readonly aloneMs: number
  readonly stallMs: number
  readonly seconds: number
  readonly deleted: number
  readonly keptShare: number
}

/** Half of the events are deleted while ingest goes on. */
export const deletion: Figure = {
  name: 'deletion',
  async measure(bench) {
    const all: Deletion[] = []
    for (let round = 0; round < bench.rounds; round++) {
      all.push(await bench.stores.withCopy(WISH, (copy) => deleteHalf(bench, copy)))
      bench.say(`Deletion, round ${round + 1}: ${JSON.stringify(all.at(-1))}`)
    }
    return findingsOf(bench, all)
  },
}

function findingsOf({ events }: Bench, all: readonly Deletion[]): readonly Finding[] {
  const of = (pick: (one: Deletion) => number) => median(all.map(pick)) as number
  const stalls = all.map(({ stallMs }) => stallMs)
  const size = events.toLocaleString('en')
  return [
    {
      kind: 'row',
      what: `longest wait for an answer (50 batches/s) while half of ${size} events is deleted`,
      ours: `${shown(of(({ deleted }) => deleted))} events in ${shown(of(({ seconds }) => seconds))} s`,
      beside: `${shown(of(({ aloneMs }) => aloneMs))} ms without deleting`,
      value: of(({ stallMs }) => stallMs),
      range: [Math.min(...stalls), Math.max(...stalls)],
      unit: 'ms',
      goal: { is: 'at most', value: 50 },
    },
    {
      kind: 'row',
      what: 'the file when the collector has stopped ÷ before deleting (and with what was sent meanwhile)',
      ours: '',
      beside: '',
      value: of(({ keptShare }) => keptShare),
    },
  ]
}

async function deleteHalf({ seconds }: Bench, copy: FilledStore): Promise<Deletion> {
  const bytesBefore = await bytesOf(copy.dbPath)
  const collector = await startMeasuredCollector(copy)
  const { url, secretKey } = collector
  let measured: Omit<Deletion, 'keptShare'>
  try {
    const alone = await runLoad({ url, secretKey, ...STEADY_LOAD, seconds })
    const before = await totalOf(collector)
    const deleting = timedDeletion(url)
    const task = { url, secretKey, ...STEADY_LOAD, seconds: LIMIT_SECONDS }
    const ingest = await runLoad(
      task,
      deleting.then(() => delay(TAIL_MS)),
    )
    const { deleted, seconds: taken } = await deleting
    const after = await totalOf(collector)
    const expected = before - deleted + ingest.requests * BATCH_EVENTS
    if (after !== expected) throw new Error(`There should be ${expected} events after deleting, there are ${after}`)
    measured = { aloneMs: alone.longestMs, stallMs: ingest.longestMs, seconds: taken, deleted }
  } finally {
    await collector.stop()
  }
  return { ...measured, keptShare: (await bytesOf(copy.dbPath)) / bytesBefore }
}

/** Begins a moment later, when ingest goes on. */
async function timedDeletion(url: string): Promise<{ readonly deleted: number; readonly seconds: number }> {
  await delay(LEAD_MS)
  const startMs = performance.now()
  const signal = AbortSignal.timeout(LIMIT_SECONDS * 1000)
  const response = await fetch(`${url}/events?before=${MIDDLE}`, { method: 'DELETE', signal })
  if (!response.ok) throw new Error(`Deleting was answered with ${response.status}`)
  const { data } = (await response.json()) as { data: { deleted_events: number } }
  return { deleted: data.deleted_events, seconds: (performance.now() - startMs) / 1000 }
}

async function totalOf(collector: MeasuredCollector): Promise<number> {
  const asking = createAsking(collector)
  try {
    return ((await asking.get('/events/total?limit=1')).json as { query: { total: number } }).query.total
  } finally {
    asking.close()
  }
}

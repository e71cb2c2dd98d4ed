import { join } from 'node:path'
import type { Dataset } from '../../ground/events/dataset.ts'
import { createAsking } from '../../ground/load/ask.ts'
import { median } from '../../ground/page/median.ts'
import { type FilledStore, fillStore } from '../../ground/servers/fill-store.ts'
import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Bench, Figure } from '../figure.ts'
import type { Finding, GrowthFinding } from '../finding.ts'
import { questionsOf } from '../questions.ts'
import { bytesOf } from './bytes.ts'
import { measureReady } from './memory.ts'

/** Of the bench's events. */
const SIZES = [0.1, 0.3, 1, 3]
const ASKED = 5

/** One store that grows, looked at on its way. */
export const growth: Figure = {
  name: 'growth',
  measure: (bench) => bench.stores.withFolder((folder) => grow(bench, join(folder, 'growing.db'))),
}

async function grow(bench: Bench, dbPath: string): Promise<readonly Finding[]> {
  const events = bench.events * Math.max(...SIZES)
  const dataset: Dataset = { events, users: 1_000_000, keys: 'sdk', metadata: 'even' }
  const findings: Finding[] = []
  let store: FilledStore | undefined
  for (const to of SIZES.map((size) => Math.round(bench.events * size))) {
    const from = store === undefined ? {} : { from: store.events, secretKey: store.secretKey }
    store = await fillStore({ dataset, dbPath, limitSeconds: bench.fillSeconds, to, ...from })
    if (store.events < to) {
      const reason = `filling stopped at ${store.events.toLocaleString('en')} after ${bench.fillSeconds} s`
      return [...findings, { kind: 'missing', what: `growth to ${to.toLocaleString('en')} events`, reason }]
    }
    const finding = await lookAt(store)
    findings.push(finding)
    bench.say(JSON.stringify(finding))
  }
  return findings
}

async function lookAt(store: FilledStore): Promise<GrowthFinding> {
  const { load, peakMb, events } = store
  const sent = (load.requests * BATCH_EVENTS) / load.seconds
  const { questions, servingMb } = await askAll(store)
  const readySeconds = median([await measureReady(store), await measureReady(store), await measureReady(store)])
  return {
    kind: 'growth',
    events,
    eventsPerSecond: sent,
    peakMb: Math.max(peakMb, servingMb),
    readySeconds: readySeconds as number,
    fileMb: (await bytesOf(store.dbPath)) / 1e6,
    questions,
  }
}

const BATCH_EVENTS = 100

async function askAll(store: FilledStore) {
  const collector = await startMeasuredCollector(store)
  const asking = createAsking(collector)
  try {
    const questions: Record<string, number> = {}
    for (const { name, path } of questionsOf(store.events)) {
      await asking.get(path)
      const times = []
      for (let i = 0; i < ASKED; i++) times.push((await asking.get(path)).ms)
      // The page of the list is another one at every size.
      questions[name.replace(/page [\d,]+/, 'last page')] = median(times) as number
    }
    return { questions, servingMb: await collector.peakMb() }
  } finally {
    asking.close()
    await collector.stop()
  }
}

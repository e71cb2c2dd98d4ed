import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Dataset } from '../../ground/events/dataset.ts'
import { writeCsv } from '../../ground/events/write-csv.ts'
import { type Engine, EVENT_COLUMNS } from '../../ground/engines/engine.ts'
import { startEngines } from '../../ground/engines/start-engines.ts'
import { type Asking, createAsking } from '../../ground/load/ask.ts'
import { median } from '../../ground/page/median.ts'
import { startMeasuredCollector } from '../../ground/servers/measured-collector.ts'
import type { Bench, Figure } from '../figure.ts'
import type { Finding, QuestionFinding } from '../finding.ts'
import { type Question, questionsOf } from '../questions.ts'
import type { StoreWish } from '../stores.ts'

const STORES: readonly StoreWish[] = [
  { users: 100, keys: 'foreign' },
  { users: 1_000_000, keys: 'sdk' },
]
/** A question is asked again and again until its answers have taken so long: a quick one as it is answered when it is no news. */
const ROUND_MS = 1_000

/** The same questions, of the same events, to Truecount over HTTP and to each engine by its own client. */
export const questions: Figure = {
  name: 'questions',
  async measure(bench) {
    const { engines, leftOut } = bench.hasEngines ? await startEngines() : { engines: [], leftOut: [] }
    try {
      const findings: Finding[] = leftOut.map((reason) => ({ kind: 'missing', what: 'an engine', reason }))
      for (const wish of STORES) findings.push(...(await measureStore(bench, wish, engines)))
      return findings
    } finally {
      for (const engine of engines) await engine.stop()
    }
  },
}

async function measureStore(bench: Bench, wish: StoreWish, engines: readonly Engine[]): Promise<readonly Finding[]> {
  await loadEngines(bench, { ...wish, events: bench.events, metadata: 'even' }, engines)
  return bench.stores.withCopy(wish, async (copy) => {
    const collector = await startMeasuredCollector(copy)
    const asking = createAsking(collector)
    try {
      const findings = []
      for (const question of questionsOf(bench.events)) {
        const finding = await measureQuestion(bench, question, asking, engines)
        findings.push({ ...finding, events: bench.events, users: wish.users })
      }
      return findings
    } finally {
      asking.close()
      await collector.stop()
    }
  })
}

async function loadEngines({ stores, say }: Bench, dataset: Dataset, engines: readonly Engine[]): Promise<void> {
  if (engines.length === 0) return
  await stores.withFolder(async (folder) => {
    const csv = join(folder, 'events.csv')
    await writeCsv(csv, dataset, ({ userId, name, timestampMs, page, metadata }) => {
      const columns = { user_id: userId, name, ts: new Date(timestampMs).toISOString(), page, metadata }
      return EVENT_COLUMNS.flatMap((column) => (column === 'id' ? [] : columns[column]))
    })
    for (const engine of engines) {
      const startMs = performance.now()
      await engine.load(csv)
      say(`${engine.name} loaded ${dataset.events} events in ${((performance.now() - startMs) / 1000).toFixed(0)} s`)
    }
  })
}

type Times = Omit<QuestionFinding, 'events' | 'users'>

async function measureQuestion(
  { rounds, say }: Bench,
  question: Question,
  asking: Asking,
  engines: readonly Engine[],
): Promise<Times> {
  const ours: number[] = []
  const theirs = engines.map(({ name }) => ({ name, ms: [] as (number | undefined)[] }))
  const { firstMs, expected } = await expectSame(question, asking, engines)
  for (let round = 0; round < rounds; round++) {
    await askSome(ours, async () => (await asking.get(question.path)).ms)
    for (const [i, engine] of engines.entries()) {
      await askSome(theirs[i]?.ms ?? [], async () => {
        const asked = await engine.ask(question.sql)
        return asked.kind === 'answered' ? asked.ms : undefined
      })
    }
  }
  const finding: Times = {
    kind: 'question',
    what: question.name,
    firstMs,
    oursMs: median(ours) as number,
    engines: theirs.map(({ name, ms }) => ({ name, ms: median(ms) })),
  }
  say(`${JSON.stringify(finding)} of ${JSON.stringify(expected).slice(0, 60)}`)
  return finding
}

async function askSome(times: (number | undefined)[], ask: () => Promise<number | undefined>): Promise<void> {
  let spentMs = 0
  while (spentMs < ROUND_MS) {
    const ms = await ask()
    times.push(ms)
    if (ms === undefined) return
    spentMs += ms
  }
}

/** Asks everybody once: what is read from the disk is in memory then. Throws where answers differ. */
async function expectSame(question: Question, asking: Asking, engines: readonly Engine[]) {
  const first = await asking.get(question.path)
  const ours = question.ours(first.json as never)
  for (const engine of engines) {
    const asked = await engine.ask(question.sql)
    if (asked.kind === 'too_slow') continue
    const theirs = question.theirs(...asked.results)
    if (isDeepStrictEqual(ours, theirs)) continue
    const [a, b] = [ours, theirs].map((answer) => JSON.stringify(answer).slice(0, 300))
    throw new Error(`${question.name}: ${engine.name} does not agree\nTruecount ${a}\n${engine.name} ${b}`)
  }
  return { firstMs: first.ms, expected: ours }
}

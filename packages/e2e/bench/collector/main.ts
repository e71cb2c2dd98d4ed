import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pagePath, writePage } from '../ground/page/write-page.ts'
import { collectorPage } from './collector-page.ts'
import type { Bench, Figure } from './figure.ts'
import { atSize } from './figures/at-size.ts'
import { batches } from './figures/batches.ts'
import { bytes } from './figures/bytes.ts'
import { curve } from './figures/curve.ts'
import { deletion } from './figures/deletion.ts'
import { growth } from './figures/growth.ts'
import { memory } from './figures/memory.ts'
import { questions } from './figures/questions.ts'
import { reportLoad } from './figures/report-load.ts'
import { rules } from './figures/rules.ts'
import { singles } from './figures/singles.ts'
import type { Finding } from './finding.ts'
import { growthPlot } from './growth-plot.ts'
import { createStores } from './stores.ts'

/** The longest last. */
const FIGURES: readonly Figure[] = [
  batches,
  singles,
  rules,
  curve,
  bytes,
  memory,
  reportLoad,
  deletion,
  questions,
  growth,
  atSize,
]

/** The oracle of the collector's tests, behind the same HTTP API. */
const PLAIN_ROWS = fileURLToPath(new URL('../../../collector/test/plain-rows/main.ts', import.meta.url))

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    events: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'fill-minutes': { type: 'string' },
    'without-engines': { type: 'boolean' },
  },
})
const unknown = values.only?.find((name) => FIGURES.every((figure) => figure.name !== name))
if (unknown !== undefined)
  throw new Error(`There is no figure ${unknown}: ${FIGURES.map(({ name }) => name).join(', ')}`)

const say = (line: string) => console.error(line)
const events = Number(values.events ?? 10_000_000)
const fillSeconds = Number(values['fill-minutes'] ?? 60) * 60
const bench: Bench = {
  events,
  rounds: Number(values.rounds ?? 3),
  seconds: Number(values.seconds ?? 10),
  fillSeconds,
  plainCommand: PLAIN_ROWS,
  hasEngines: values['without-engines'] !== true,
  stores: createStores(events, fillSeconds, say),
  say,
}

/** What fails is told on the page: the others have been measured, and took their time. */
async function measure({ name, measure: run }: Figure): Promise<readonly Finding[]> {
  say(`▶ ${name}`)
  try {
    return await run(bench)
  } catch (error) {
    say(String((error as Error).stack))
    process.exitCode = 1
    return [{ kind: 'missing', what: name, reason: `failed: ${(error as Error).message.split('\n')[0]}` }]
  }
}

const findings: Finding[] = []
try {
  for (const figure of FIGURES) {
    if (values.only?.includes(figure.name) ?? true) findings.push(...(await measure(figure)))
  }
} finally {
  await bench.stores.removeAll()
}

const page = collectorPage({ at: new Date(), findings, ...bench })
const points = findings.filter((finding) => finding.kind === 'growth')
if (Object.keys(values).length > 0) console.log(page)
else {
  writePage('collector.md', page)
  writeFileSync(pagePath('collector.svg'), growthPlot(points))
}

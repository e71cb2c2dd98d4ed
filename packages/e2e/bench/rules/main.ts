import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CASES } from './case.ts'
import { createRules, measureIngest } from './load.ts'
import { startMeasuredCollector } from '../ground/servers/measured-collector.ts'
import { rulesPage } from './rules-page.ts'

const PAGE = fileURLToPath(new URL('../../../../docs/benchmarks/rules.md', import.meta.url))
const ROUNDS = 12
const BATCHES = 100
const say = (line: string) => console.error(line)

const subjects = await Promise.all(
  CASES.map(async (benchCase) => ({ benchCase, costsUs: [] as number[], collector: await startMeasuredCollector() })),
)
for (const { benchCase, collector } of subjects) {
  await createRules(collector, benchCase.rules)
  await measureIngest(collector, BATCHES)
  say(`Ready: ${benchCase.name}`)
}
for (let round = 0; round < ROUNDS; round++) {
  const order = round % 2 === 0 ? subjects : subjects.toReversed()
  for (const { costsUs, collector } of order) costsUs.push(await measureIngest(collector, BATCHES))
  say(
    `Round ${round + 1}: ${subjects.map(({ costsUs }) => costsUs.at(-1)?.toFixed(1)).join(' ')} µs of processor an event`,
  )
}
await Promise.all(subjects.map(({ collector }) => collector.stop()))

mkdirSync(dirname(PAGE), { recursive: true })
writeFileSync(PAGE, rulesPage(subjects, new Date(), BATCHES))
execFileSync('oxfmt', [PAGE])
say(`Written: ${PAGE}`)

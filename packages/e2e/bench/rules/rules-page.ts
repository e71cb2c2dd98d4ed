import { availableParallelism, cpus } from 'node:os'
import type { BenchCase } from './case.ts'

export interface CaseResult {
  readonly benchCase: BenchCase
  /** Processor time for an event, one figure a round. */
  readonly costsUs: readonly number[]
}

/** The page, of the results of rounds that were measured side by side. */
export function rulesPage(results: readonly CaseResult[], at: Date, batches: number): string {
  const base = results[0]?.costsUs ?? []
  const rows = results.map(({ benchCase, costsUs }) => {
    const ratios = costsUs.map((cost, round) => cost / (base[round] as number)).toSorted((a, b) => a - b)
    const range = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`
    const ratio = (meanOf(costsUs) / meanOf(base)).toFixed(2)
    return `| ${benchCase.name} | ${meanOf(costsUs).toFixed(1)} µs | ${ratio} | ${range} |`
  })
  return `# What rules cost

Ingest of one collector a row, all on one machine, measured in turns: ${base.length} rounds of ${batches} batches of 100 events, four
requests under way, in an order that changes every round. The figure is the processor time that the collector's process
took, HTTP and SQLite included: it moves less than time does with whatever else the machine is doing. The second row is
the first one again: what it differs by is noise. \`pnpm bench:rules\` makes this page; ${at.toISOString().slice(0, 10)}, Node ${process.versions.node},
${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}).

| rules | processor time an event | to no rule | in single rounds |
| --- | --: | --: | --: |
${rows.join('\n')}

A rule is filed under the event names that it can match, so rules on other names are not looked at. One that could match
any name is judged for every event. A rule that counts writes what it remembers of each user once a transaction.
`
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

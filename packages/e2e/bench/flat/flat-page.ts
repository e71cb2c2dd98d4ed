import { shown, shownRatio } from '../ground/page/figures.ts'
import { machine } from '../ground/page/machine.ts'
import { median } from '../ground/page/median.ts'
import { ratioOf } from '../ground/page/ratio.ts'
import { table } from '../ground/page/table.ts'
import type { LoadResult } from '../ground/load/load-task.ts'
import { type FlatFindings, type FlatRow, rateOf } from './measure-flat.ts'

export interface FlatRun {
  readonly at: Date
  readonly seconds: number
  readonly rounds: number
  readonly postgresVersion: string | undefined
  readonly findings: readonly FlatFindings[]
}

export function flatPage({ at, seconds, rounds, postgresVersion, findings }: FlatRun): string {
  const beside = postgresVersion === undefined ? 'nothing: it was left out' : `PostgreSQL ${postgresVersion}`
  return `# The flat API, beside PostgreSQL

The requests of the flat API's load test, answered by Truecount and by ${beside}: 50 connections, ${seconds} s each, in turns on one
machine, medians of ${rounds} rounds. PostgreSQL stands behind a small Node server with a pool of \`pg\` and straightforward SQL
(\`count\`, \`GROUP BY\`), over one table with indexes by time, by user and time and by type and time, loaded by COPY, vacuumed
and analysed, with a quarter of the memory (at most 4 GB) as shared buffers. Both hold the same events, of 30 days, ten types and
20 pages; that their answers agree is checked before they are measured. ${machine(at)}.

A ratio is Truecount's requests a second divided by PostgreSQL's, in brackets those of single rounds. **Bold**: below 1.

${findings.map(section).join('\n\n')}

## How to run it

\`\`\`sh
npx --yes pnpm@10.34.9 bench:flat
npx --yes pnpm@10.34.9 bench:flat --events 100000 --users 100 --seconds 2 --only stats   # prints, and writes nothing
\`\`\`

PostgreSQL is Debian's package (\`postgresql-15\`), in a cluster of its own on loopback below the folder for temporary files;
\`pg\` is installed into \`node_modules/.cache/engines\` on the first run. The sending process took at most ${clientShare(findings)} of a core.
`
}

function section({ events, users, rows }: FlatFindings): string {
  const head = ['request', 'Truecount, requests/s', 'p99', 'PostgreSQL, requests/s', 'p99', 'ratio']
  const lines = rows.map((row) => [row.name, ...cells(row.ours), ...cells(row.postgres), ratioCell(row)])
  const title = `## ${events.toLocaleString('en')} events, ${users.toLocaleString('en')} users`
  return `${title}\n\n${table(head, lines)}`
}

function cells(results: readonly LoadResult[]): readonly string[] {
  if (results.length === 0) return ['–', '–']
  const p99 = median(results.map(({ p99Ms }) => p99Ms)) as number
  return [shown(median(results.map(rateOf)) as number), `${shown(p99)} ms`]
}

function ratioCell({ ours, postgres }: FlatRow): string {
  if (postgres.length === 0) return '–'
  const ratio = ratioOf(ratesOf(ours), ratesOf(postgres))
  return ratio.ratio < 1 ? `**${shownRatio(ratio)}**` : shownRatio(ratio)
}

function ratesOf(results: readonly LoadResult[]): readonly number[] {
  return results.map((result) => rateOf(result) as number)
}

function clientShare(findings: readonly FlatFindings[]): string {
  const results = findings.flatMap(({ rows }) => rows.flatMap(({ ours, postgres }) => [...ours, ...postgres]))
  return shown(Math.max(...results.map((result) => result.clientShare)))
}

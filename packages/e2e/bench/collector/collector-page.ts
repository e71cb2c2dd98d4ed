import { shown, shownRatio } from '../ground/page/figures.ts'
import { machine } from '../ground/page/machine.ts'
import { table } from '../ground/page/table.ts'
import {
  type Finding,
  type Goal,
  type GrowthFinding,
  type MissingFinding,
  type QuestionFinding,
  type RowFinding,
  reaches,
} from './finding.ts'

export interface CollectorRun {
  readonly at: Date
  readonly events: number
  readonly seconds: number
  readonly rounds: number
  readonly findings: readonly Finding[]
}

export function collectorPage(run: CollectorRun): string {
  const of = <Kind extends Finding['kind']>(kind: Kind) =>
    run.findings.filter((finding): finding is Extract<Finding, { kind: Kind }> => finding.kind === kind)
  const sections = [
    opening(run),
    rowSection(of('row')),
    questionSection(of('question')),
    growthSection(of('growth')),
    fallsShort(of('row'), of('question')),
    missingSection(of('missing')),
    HOW_TO_RUN,
  ]
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`
}

function opening({ at, events, seconds, rounds }: CollectorRun): string {
  return `# The collector, and what limits it

Every comparison is made on one machine in one run, in turns; a figure is the median of ${rounds} rounds, in brackets stand the least and
the most of single rounds. Loads are sent over loopback for ${seconds} s by a process of its own, which shares the cores. An event has 230
bytes of JSON and, where nothing else is said, a new random key of 26 characters; the full stores hold ${events.toLocaleString('en')} events, ten names
and 20 pages in 30 days, one in a hundred a day late. µs: processor time of the server for an event, all its threads
together. **Bold**: misses its goal. ${machine(at)}.`
}

function rowSection(rows: readonly RowFinding[]): string | undefined {
  if (rows.length === 0) return undefined
  const lines = rows.map((row) => [row.what, row.ours, row.beside, valueCell(row), goalCell(row.goal, row.unit)])
  return `## Figures

${table(['figure', 'Truecount', 'beside it', 'result', 'goal'], lines)}

Bare \`node:http\` reads the same bodies, parses them and answers a constant; \`gathered\`: those that came in one turn of the event loop
together. The one that stores bodies is the least that an acknowledged event costs: it hashes keys to ids, writes what of a turn came in one
commit that is never synced, and checks, looks up, sorts and counts nothing. Batches and single events begin on an empty store each time.`
}

function valueCell(row: RowFinding): string {
  const { value, unit, range = [value, value] as const } = row
  const text = shownRatio({ ratio: value, range })
  const whole = unit === undefined ? text : `${text} ${unit}`
  return isMissed(row) ? `**${whole}**` : whole
}

function goalCell(goal: Goal | undefined, unit: RowFinding['unit']): string {
  if (goal === undefined) return ''
  return [goal.is === 'at least' ? '≥' : '≤', goal.value, unit].join(' ').trim()
}

function isMissed({ goal, value }: RowFinding): boolean {
  return goal !== undefined && !reaches(goal, value)
}

function questionSection(questions: readonly QuestionFinding[]): string | undefined {
  if (questions.length === 0) return undefined
  const stores = [...new Set(questions.map(({ users }) => users))]
  const tables = stores.map((users) => {
    const mine = questions.filter((question) => question.users === users)
    const names = mine[0]?.engines.map(({ name }) => name) ?? []
    const head = ['30 days, ms', 'first asked', 'Truecount', ...names, '÷ best']
    return `${users.toLocaleString('en')} users:\n\n${table(head, mine.map(questionLine))}`
  })
  return `## Questions

Truecount is asked over HTTP, the others by their own clients: chDB and DuckDB inside the process that asks, PostgreSQL over a socket. All hold
the same events, with page, name and user in columns of their own (PostgreSQL: indexes by time, by user and time, by name, time and
user; chDB: ordered by name and time). A question is asked once before it is measured, and their answers must be the same; then again and again
for a second in every round, and the median is shown. \`first asked\` is what Truecount took then, in this order from a start on: it read columns into memory, and remembers who is in segments that a question takes as a whole. One
answer of Truecount's counts, counts users and fills buckets at once; it is compared with the statement that does one of these.
Goal: at most the best of the others.

${tables.join('\n\n')}`
}

function questionLine(question: QuestionFinding): readonly string[] {
  const { what, firstMs, oursMs, engines } = question
  const theirs = engines.map(({ ms }) => (ms === undefined ? 'over 120 s' : shown(ms)))
  const ratio = ratioToBest(question)
  const cell = ratio === undefined ? '–' : ratio > 1 ? `**${shown(ratio)}**` : shown(ratio)
  return [what, shown(firstMs), shown(oursMs), ...theirs, cell]
}

function ratioToBest({ oursMs, engines }: QuestionFinding): number | undefined {
  const times = engines.flatMap(({ ms }) => ms ?? [])
  return times.length === 0 ? undefined : oursMs / Math.min(...times)
}

function growthSection(points: readonly GrowthFinding[]): string | undefined {
  const [first] = points
  if (first === undefined) return undefined
  const head = ['', ...points.map(({ events }) => events.toLocaleString('en'))]
  const line = (name: string, pick: (point: GrowthFinding) => number) => [
    name,
    ...points.map((point) => shown(pick(point))),
  ]
  const lines = [
    line('events taken a second, on the way there', (point) => Math.round(point.eventsPerSecond)),
    line('peak memory, MB', ({ peakMb }) => peakMb),
    line('start until an event is acknowledged, s', ({ readySeconds }) => readySeconds),
    line('file, MB', ({ fileMb }) => fileMb),
    ...Object.keys(first.questions).map((name) =>
      line(`${name}, ms`, ({ questions }) => questions[name] ?? Number.NaN),
    ),
  ]
  return `## How cost grows

One store of 1,000,000 users, with keys of the SDK, filled over 16 connections.

${table(head, lines)}

![The same as curves](collector.svg)`
}

function fallsShort(rows: readonly RowFinding[], questions: readonly QuestionFinding[]): string {
  const lines = [
    ...rows
      .filter(isMissed)
      .map(({ what, value, goal, unit }) => `- ${what}: ${shown(value)} instead of ${goalCell(goal, unit)}`),
    ...questions
      .map((question) => ({ ...question, ratio: ratioToBest(question) ?? 0 }))
      .filter(({ ratio }) => ratio > 1)
      .map(
        ({ what, users, ratio }) =>
          `- ${what}, ${users.toLocaleString('en')} users: ${shown(ratio)} times the best of the others`,
      ),
  ]
  return `## Where it falls short\n\n${lines.length === 0 ? 'Nowhere in this run.' : lines.join('\n')}`
}

function missingSection(missing: readonly MissingFinding[]): string | undefined {
  if (missing.length === 0) return undefined
  return `## What was not measured\n\n${missing.map(({ what, reason }) => `- ${what}: ${reason}`).join('\n')}`
}

const HOW_TO_RUN = `## How to run it

\`\`\`sh
npx --yes pnpm@10.34.9 bench:collector
npx --yes pnpm@10.34.9 bench:collector --only questions --events 1000000   # prints, and writes nothing
\`\`\`

\`--only\` takes \`batches\`, \`singles\`, \`curve\`, \`bytes\`, \`questions\`, \`report-load\`, \`rules\`, \`memory\`, \`growth\`, \`at-size\`,
\`deletion\`. The store of plain rows is the oracle of the collector's tests, behind the same HTTP API.
chDB, DuckDB and the client of PostgreSQL are installed into \`node_modules/.cache/engines\` on the first run; PostgreSQL is
Debian's package (\`postgresql-15\`), in a cluster of its own on loopback. Figures want Linux; the whole wants 40 GB of disk.`

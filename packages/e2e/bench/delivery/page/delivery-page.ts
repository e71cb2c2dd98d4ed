import { cpus } from 'node:os'
import { SEED } from '../../../test/node/seed.ts'
import type { Matrix } from '../cell.ts'
import { CHROMIUM_SDKS } from '../chromium/chromium-sdks.ts'
import { CHROMIUM_LIMIT_S } from '../chromium/run-chromium-matrix.ts'
import { COST_LIMIT_S } from '../cost/measure-work.ts'
import { NODE_SDKS } from '../node/node-sdks.ts'
import { NODE_LIMIT_S } from '../node/run-node-matrix.ts'
import { versionOf } from '../peers.ts'
import type { PeerName } from '../peers.ts'
import { betterFigures, figureTable } from './figure-table.ts'
import type { Figures } from './figure-table.ts'
import { betterCells, matrixTable } from './matrix-table.ts'
import { table } from '../../ground/page/table.ts'

/** All that a run found out; what it left out is `undefined`. */
export interface Findings {
  /** When the first and the last of it was measured, in milliseconds since 1970 UTC. */
  readonly span: readonly [first: number, last: number]
  readonly node: Matrix | undefined
  readonly chromium: Matrix | undefined
  readonly cost: Cost | undefined
}

export interface Cost {
  readonly runs: number
  /** At run time in Node, both of Truecount's queues first. */
  readonly work: Figures
  readonly install: Figures
  readonly bundle: Figures
}

const CELL = '`lost / doubled / blind`'

export function deliveryPage(findings: Findings): string {
  const { span, node, chromium, cost } = findings
  const sections = [
    head(span),
    node && section('Faults in Node', NODE_TEXT, matrixTable(node), settings(NODE_SDKS)),
    chromium && section('Faults in Chromium', CHROMIUM_TEXT, matrixTable(chromium), settings(CHROMIUM_SDKS)),
    cost && costSection(cost),
    whereBetter(findings),
    HOW_TO_RUN,
  ]
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`
}

function head(span: Findings['span']): string {
  const [first, last] = span.map((at) => new Date(at).toISOString().slice(0, 16).replace('T', ' '))
  return `# Delivery, beside other SDKs

Unmodified packages from npm, each against a server on loopback that speaks its protocol, records what it takes and does
the faults of one script; the scenarios are those of Truecount's own tests. An event is known by a number that the
application gave it, so that lost and doubled are counted without the SDK's help. One run a cell; where a page or a process
goes while requests are under way, the next run may differ.

Run from ${first} to ${last} UTC with Node ${process.versions.node} on ${process.platform}, ${cpus().length} cores (${cpus()[0]?.model.trim()}) that had other work
beside. This page is made by \`pnpm bench:delivery\`, figures and all; the seed of whatever is left to chance is ${SEED}.

A cell is ${CELL}: events that the server never took, those among them that the SDK says it dropped; times that it took
one again, which costs a request but no wrong count; of those, the times that no stable id tells it from a new event, which
does. **Bold**: a peer is better than Truecount. –: does not apply, and why.`
}

const NODE_TEXT = `Each scenario runs in processes of its own. \`flush\` is repeated until the SDK says that nothing waits in it, for as
long as the scenario gives, 40 seconds as a rule. A cell that has not ended after ${NODE_LIMIT_S} seconds is killed and says so: its figures
are those of that moment.`

const CHROMIUM_TEXT = `Each scenario runs in a browser profile of its own. One event more is tracked at the end, on coming back. \`late\`:
not stored before that, in scenarios where nobody need come back. Waiting ends when the SDK has been silent for 10 seconds; a cell
that has not ended after ${CHROMIUM_LIMIT_S} seconds says so.`

const HOW_TO_RUN = `## How to run it

\`\`\`sh
npx --yes pnpm@10.34.9 bench:delivery            # everything, half an hour
npx --yes pnpm@10.34.9 bench:delivery --resume   # what a run that was cut short has left
npx --yes pnpm@10.34.9 bench:delivery --part node --sdk truecount --scenario 503   # prints these alone
\`\`\`

Peers are installed into \`node_modules/.cache/peers\` on the first run, and reach nothing but loopback. Parts: \`node\`,
\`chromium\` (wants \`/usr/bin/chromium\` or \`CHROMIUM_PATH\`), \`cost\`. Disk scenarios want root on Linux, for a mount. Each
result is kept in \`node_modules/.cache/bench-delivery.json\` as soon as it is there; \`--resume\` takes what is kept, also for a
part, and a chosen cell that is run again takes the place of the former one.`

function section(title: string, ...blocks: string[]): string {
  return [`## ${title}`, ...blocks].join('\n\n')
}

interface Described {
  readonly name: string
  readonly peer?: PeerName
  readonly settings: string
}

function settings(sdks: readonly Described[]): string {
  return table(
    ['SDK', 'package', 'set up with'],
    sdks.map(({ name, peer, settings: text }) => [name, peer ? `${peer} ${versionOf(peer)}` : 'this one', text]),
  )
}

function costSection({ runs, work, install, bundle }: Cost): string {
  return section(
    'Cost',
    `Medians of ${runs} runs, the SDKs taking turns. (×n): of the first row's. CPU is the processor time of the process from the first
of 10,000 calls, 100 a turn, until all are delivered; inside and busy are that of its main thread; the burst is 10,000 calls
in one turn, its longest block wall time of the least disturbed run; memory is what 50,000 events of 200 bytes add to a
process whose server is down. “nothing” is the measuring program itself. –: some events did not arrive, or the process
did not live, within ${COST_LIMIT_S} seconds. The bar is what Truecount sets itself: the ratios are what this page is for, since the
times are those of a machine with other work.`,
    figureTable(work, 2),
    'Installed by npm into an empty folder; the import is the first thing that a process does, the quickest of 15.',
    figureTable(install, 1),
    'One `track` call, bundled for browsers and minified by esbuild.',
    figureTable(bundle, 1),
  )
}

function whereBetter({ node, chromium, cost }: Findings): string {
  const lines = [
    ...[node, chromium].flatMap((matrix) => (matrix === undefined ? [] : betterCells(matrix))),
    ...(cost === undefined
      ? []
      : [...betterFigures(cost.work, 2), ...betterFigures(cost.install, 1), ...betterFigures(cost.bundle, 1)]),
  ]
  const list = lines.length === 0 ? 'Nowhere in this run.' : lines.map((line) => `- ${line}`).join('\n')
  return section('Where a peer is better', list)
}

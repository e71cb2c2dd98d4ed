import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writePage } from '../ground/page/write-page.ts'
import { CHROMIUM_SDKS } from './chromium/chromium-sdks.ts'
import { runChromiumMatrix } from './chromium/run-chromium-matrix.ts'
import type { Choice } from './choice.ts'
import { measureCost } from './cost/measure-cost.ts'
import { openKeptResults } from './kept-results.ts'
import { NODE_SDKS } from './node/node-sdks.ts'
import { runNodeMatrix } from './node/run-node-matrix.ts'
import { deliveryPage } from './page/delivery-page.ts'
import { installPeers } from './peers.ts'

const KEPT = fileURLToPath(new URL('../../../../node_modules/.cache/bench-delivery.json', import.meta.url))

const { values } = parseArgs({
  options: {
    resume: { type: 'boolean', default: false },
    part: { type: 'string', multiple: true },
    sdk: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
  },
})
const choice: Choice = {
  part: (name) => values.part?.includes(name) ?? true,
  sdk: (name) => values.sdk?.includes(name) ?? true,
  scenario: (name) => values.scenario?.some((text) => name.includes(text)) ?? true,
}

await installPeers(
  [...NODE_SDKS, ...CHROMIUM_SDKS].filter(({ name }) => choice.sdk(name)).flatMap(({ peer }) => peer ?? []),
)
const kept = await openKeptResults({ file: KEPT, resume: values.resume, say: (line) => console.error(line) })
// Alone and first: nothing of the matrices may run beside what is measured.
const cost = choice.part('cost') ? await measureCost(choice, kept) : undefined
const node = choice.part('node') ? await runNodeMatrix(choice, kept) : undefined
const chromium = choice.part('chromium') ? await runChromiumMatrix(choice, kept) : undefined
const page = deliveryPage({ span: kept.span(), cost, node, chromium })
if (values.part ?? values.sdk ?? values.scenario) console.log(page)
else writePage('delivery.md', page)
// A browser or a process that hung is not waited for.
process.exit(0)

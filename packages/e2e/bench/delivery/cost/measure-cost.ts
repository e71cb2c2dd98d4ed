import type { Choice } from '../choice.ts'
import { CHROMIUM_SDKS } from '../chromium/chromium-sdks.ts'
import { NODE_SDKS, TRUECOUNT } from '../node/node-sdks.ts'
import type { Cost } from '../page/delivery-page.ts'
import { FLOOR } from '../page/figure-table.ts'
import type { Figures } from '../page/figure-table.ts'
import { measureBundle } from './measure-bundle.ts'
import { measureInstall } from './measure-install.ts'
import { NOTHING, measureMemory, measureWork } from './measure-work.ts'
import type { Variant } from './measure-work.ts'
import type { Work } from './measured-process.ts'
import { median } from '../../ground/page/median.ts'

const RUNS = 5
const EVENTS = 10_000
const PER_TURN = 100
const US_PER_MS = 1000

/** Everything that is measured side by side; `say` is told how far it is. */
export async function measureCost({ sdk }: Choice, say: (line: string) => void): Promise<Cost> {
  const variants: Variant[] = NODE_SDKS.filter(({ name }) => sdk(name)).flatMap((one) =>
    one === TRUECOUNT
      ? [
          { name: 'truecount, memory', sdk: one, isOnFile: false },
          { name: 'truecount, file queue', sdk: one, isOnFile: true },
        ]
      : [{ name: one.name, sdk: one, isOnFile: false }],
  )
  return {
    runs: RUNS,
    work: await measureRuns(
      [...variants, { name: FLOOR, sdk: { subject: NOTHING, wire: TRUECOUNT.wire }, isOnFile: false }],
      say,
    ),
    install: await measureInstalls(sdk),
    bundle: await measureBundles(sdk),
  }
}

interface Sample {
  readonly calm: Work | undefined
  readonly burst: Work | undefined
  readonly mb: number | undefined
}

async function measureRuns(variants: readonly Variant[], say: (line: string) => void): Promise<Figures> {
  const samples = variants.map((): Sample[] => [])
  for (let run = 0; run < RUNS; run++) {
    for (const [i, variant] of variants.entries()) {
      const calm = await measureWork(variant, PER_TURN)
      const burst = await measureWork(variant, EVENTS)
      samples[i]?.push({ calm, burst, mb: await measureMemory(variant) })
      say(`cost, run ${run + 1}: ${variant.name} ${JSON.stringify(samples[i]?.at(-1))}`)
    }
  }
  const figure = (name: string, unit: string, pick: (sample: Sample) => number | undefined) => ({
    name,
    unit,
    values: samples.map((each) => median(each.map(pick))),
  })
  return {
    sdks: variants.map(({ name }) => name),
    figures: [
      figure('CPU per event, all in', 'µs', ({ calm }) => perEvent(calm?.cpuMs)),
      figure('inside `track()`', 'µs', ({ calm }) => perEvent(calm?.insideMs)),
      figure('burst: loop busy until delivered', 'ms', ({ burst }) => burst?.busyMs),
      figure('burst: longest block', 'ms', ({ burst }) => burst && Math.max(burst.longestMs, burst.insideMs)),
      figure('memory added in an outage', 'MB', ({ mb }) => mb),
    ],
  }
}

/** Microseconds, of the milliseconds that all took. */
function perEvent(ms: number | undefined): number | undefined {
  return ms && (ms * US_PER_MS) / EVENTS
}

async function measureInstalls(isChosen: Choice['sdk']): Promise<Figures> {
  const sdks = NODE_SDKS.filter(({ name }) => isChosen(name))
  const installed = []
  for (const { peer } of sdks) installed.push(await measureInstall(peer))
  return {
    sdks: sdks.map(({ name }) => name),
    figures: [
      { name: 'packages', unit: 'number', values: installed.map(({ packages }) => packages) },
      { name: 'size', unit: 'KB', values: installed.map(({ kb }) => kb) },
      { name: 'import in Node', unit: 'ms', values: installed.map(({ importMs }) => importMs) },
    ],
  }
}

async function measureBundles(isChosen: Choice['sdk']): Promise<Figures> {
  const sdks = CHROMIUM_SDKS.filter(({ name }) => isChosen(name))
  const sizes = await Promise.all(sdks.map(({ name }) => measureBundle(name)))
  return {
    sdks: sdks.map(({ name }) => name),
    figures: (['brotli', 'gzip', 'minified'] as const).map((name) => ({
      name,
      unit: 'bytes',
      values: sizes.map((size) => size[name]),
    })),
  }
}

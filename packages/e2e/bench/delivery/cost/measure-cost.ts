import type { Choice } from '../choice.ts'
import type { KeptResults } from '../kept-results.ts'
import { versioned } from '../peers.ts'
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
import { least } from './least.ts'

const RUNS = 3
const EVENTS = 10_000
const PER_TURN = 100
const US_PER_MS = 1000

/** Everything that is measured side by side. */
export async function measureCost({ sdk }: Choice, kept: KeptResults): Promise<Cost> {
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
      kept,
    ),
    install: await measureInstalls(sdk, kept),
    bundle: await measureBundles(sdk),
  }
}

interface Sample {
  readonly calm: Work | undefined
  readonly burst: Work | undefined
  readonly mb: number | undefined
}

async function measureRuns(variants: readonly Variant[], kept: KeptResults): Promise<Figures> {
  const samples = variants.map((): Sample[] => [])
  for (let run = 0; run < RUNS; run++) {
    for (const [i, variant] of variants.entries()) {
      const { peer } = variant.sdk
      const name = peer === undefined ? variant.name : versioned({ name: variant.name, peer })
      samples[i]?.push(await kept.result(`cost, run ${run + 1}, ${name}`, () => measureOnce(variant)))
    }
  }
  const figure = (
    name: string,
    unit: string,
    bar: number | undefined,
    pick: (sample: Sample) => number | undefined,
    ofRuns: typeof median = median,
  ) => ({ name, unit, bar, values: samples.map((each) => ofRuns(each.map(pick))) })
  return {
    sdks: variants.map(({ name }) => name),
    figures: [
      figure('CPU per event, all in', 'µs', 35, ({ calm }) => perEvent(calm?.cpuMs)),
      figure('inside `track()`', 'µs', 5, ({ calm }) => perEvent(calm?.insideMs)),
      figure('burst: loop busy until delivered', 'ms', undefined, ({ burst }) => burst?.busyMs),
      figure(
        'burst: longest block',
        'ms',
        undefined,
        ({ burst }) => burst && Math.max(burst.longestMs, burst.insideMs),
        least,
      ),
      figure('memory added in an outage', 'MB', 200, ({ mb }) => mb),
    ],
  }
}

async function measureOnce(variant: Variant): Promise<Sample> {
  const calm = await measureWork(variant, PER_TURN)
  const burst = await measureWork(variant, EVENTS)
  return { calm, burst, mb: await measureMemory(variant) }
}

/** Microseconds, of the milliseconds that all took. */
function perEvent(ms: number | undefined): number | undefined {
  return ms && (ms * US_PER_MS) / EVENTS
}

async function measureInstalls(isChosen: Choice['sdk'], kept: KeptResults): Promise<Figures> {
  const sdks = NODE_SDKS.filter(({ name }) => isChosen(name))
  const installed = []
  for (const each of sdks) {
    installed.push(await kept.result(`install, ${versioned(each)}`, () => measureInstall(each.peer)))
  }
  return {
    sdks: sdks.map(({ name }) => name),
    figures: [
      { name: 'packages', unit: 'number', bar: 1, values: installed.map(({ packages }) => packages) },
      { name: 'size', unit: 'KB', bar: undefined, values: installed.map(({ kb }) => kb) },
      { name: 'import in Node', unit: 'ms', bar: 10, values: installed.map(({ importMs }) => importMs) },
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
      bar: name === 'brotli' ? 4096 : undefined,
      values: sizes.map((size) => size[name]),
    })),
  }
}

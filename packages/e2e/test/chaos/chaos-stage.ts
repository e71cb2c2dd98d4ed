import { createRandom, type FaultyProxy, startFaultyProxy } from '@truecount/testkit'
import { chromium, type BrowserContext } from 'playwright-core'
import { CHROMIUM_LAUNCH, hasChromium } from '../browser/chromium.ts'
import type { Site } from '../browser/site.ts'
import { startChaosCollector, type ChaosCollector } from './chaos-collector.ts'
import { chaosFaults } from './chaos-faults.ts'
import { startChaosSite } from './chaos-site.ts'
import type { Destroyed } from './destroyed.ts'
import { startNodeLife, type NodeLife } from './node-life.ts'
import type { TrackerProgram } from './run-tracker.ts'
import type { Life } from './tracked.ts'

/** What the acts of a run share, and what they leave. */
export interface ChaosStage {
  /** For the files of this run. */
  readonly folder: string
  readonly collector: ChaosCollector
  readonly proxy: FaultyProxy
  readonly site: Site
  /** `undefined` where there is no browser. */
  readonly context: BrowserContext | undefined
  readonly lives: Life[]
  readonly destroyed: Destroyed[]
  /** A source of chance of its own for whoever acts: a seed then means the same, whoever comes first. */
  newRandom(): () => number
  startNode(program: Partial<TrackerProgram> & Pick<TrackerProgram, 'name'>): NodeLife
  /** Ends everything that was started, whatever became of it. */
  stop(): Promise<void>
}

export async function startStage(seed: number, folder: string): Promise<ChaosStage> {
  const seeds = createRandom(seed)
  const newSeed = () => Math.floor(seeds() * 2 ** 31)
  const newRandom = () => createRandom(newSeed())
  const lives: Life[] = []
  const nodes: NodeLife[] = []
  const browser = hasChromium ? await chromium.launch(CHROMIUM_LAUNCH) : undefined
  const collector = await startChaosCollector(folder)
  const proxy = await startFaultyProxy(collector.url, chaosFaults(newRandom()))
  const site = await startChaosSite(proxy.url, collector.key)
  const context = await browser?.newContext()
  return {
    folder,
    collector,
    proxy,
    site,
    context,
    lives,
    destroyed: [],
    newRandom,
    startNode(given) {
      const { url: endpoint } = proxy
      const usual = { endpoint, key: collector.key, maxQueueBytes: 16_000_000, keepsAll: false, onlyDrains: false }
      const node = startNodeLife({ ...usual, seed: newSeed(), ...given })
      nodes.push(node)
      if (given.onlyDrains !== true) lives.push(node.life)
      return node
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()))
      await browser?.close()
      await proxy.stop()
      await site.stop()
      await collector.kill()
    },
  }
}

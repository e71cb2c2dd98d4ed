import { always, ok } from '@truecount/testkit'
import {
  DESTROYED_SHARE,
  killCollectors,
  killFileTrackers,
  killMemoryTrackers,
  killTabs,
  queueFolderOf,
} from './chaos-acts.ts'
import type { Ledger } from './chaos-collector.ts'
import { EMPTY_PATH } from './chaos-site.ts'
import { startStage, type ChaosStage } from './chaos-stage.ts'
import type { Destroyed } from './destroyed.ts'
import { destroyInStorage, drainTabs } from './tab-life.ts'
import type { Life } from './tracked.ts'

/** Everything that the test did and saw. */
export interface ChaosRun {
  readonly lives: readonly Life[]
  readonly destroyed: readonly Destroyed[]
  readonly ledger: Ledger
  readonly requests: number
  /** Of the requests, how many met a fault. */
  readonly faults: number
}

/**
 * Trackers with file queues, with memory queues and in tabs send through a network that fails; trackers and the collector
 * are killed and started again; some of what dead trackers wrote down is destroyed. Then the network is sound, who still
 * lives ends in peace, and somebody takes over what the dead left.
 */
export async function runChaos(seed: number, folder: string): Promise<ChaosRun> {
  const stage = await startStage(seed, folder)
  try {
    const ending = stage.startNode({ name: 'ending' })
    await Promise.all([
      killFileTrackers(stage, 0),
      killFileTrackers(stage, 1),
      killMemoryTrackers(stage),
      killTabs(stage, 0),
      killTabs(stage, 1),
      killCollectors(stage),
    ])
    await destroyWhatTabsLeft(stage)
    const { requests } = stage.proxy
    const seen = { requests: requests.length, faults: requests.filter(({ outcome }) => outcome !== 'ok').length }
    stage.proxy.setFaults(always(ok))
    await ending.tracked(1)
    await ending.end()
    for (const number of [0, 1]) {
      await stage.startNode({ name: 'drain', queueFolder: queueFolderOf(stage, number), onlyDrains: true }).end()
    }
    if (stage.context !== undefined) await drainTabs(stage.context, stage.site.url)
    await stage.proxy.stop()
    return { lives: stage.lives, destroyed: stage.destroyed, ledger: await stage.collector.end(), ...seen }
  } finally {
    await stage.stop()
  }
}

async function destroyWhatTabsLeft({ context, site, destroyed, newRandom }: ChaosStage): Promise<void> {
  if (context === undefined) return
  const random = newRandom()
  destroyed.push(...(await destroyInStorage(context, site.url + EMPTY_PATH, () => random() < DESTROYED_SHARE)))
}

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChaosStage } from './chaos-stage.ts'
import { destroyInJournals } from './destroyed.ts'
import { startTabLife } from './tab-life.ts'

const LIVES_EACH = 3
/** A tracker that did nothing would show nothing. */
const EVENTS_AT_LEAST = 5
/** From then on. */
const LONGEST_LIFE_MS = 1_500
const LONGEST_OUTAGE_MS = 400
/** So small that some events find the queue full. */
const SMALL_QUEUE_BYTES = 24_000

/** Of what is written down where trackers are dead. */
export const DESTROYED_SHARE = 0.15

function lifeMs(random: () => number): number {
  return random() * LONGEST_LIFE_MS
}

/** Processes that share a file queue, one after the other: each is killed, and something of what they left is destroyed. */
export async function killFileTrackers(stage: ChaosStage, number: number): Promise<void> {
  const random = stage.newRandom()
  const queueFolder = queueFolderOf(stage, number)
  mkdirSync(queueFolder)
  for (let i = 0; i < LIVES_EACH; i++) {
    const bound = random() < 0.5 ? { maxQueueBytes: SMALL_QUEUE_BYTES } : {}
    const node = stage.startNode({ name: `file-${number}-${i}`, queueFolder, ...bound })
    await node.tracked(EVENTS_AT_LEAST)
    await delay(lifeMs(random))
    await node.kill()
    stage.destroyed.push(...destroyInJournals(queueFolder, () => random() < DESTROYED_SHARE))
  }
}

export function queueFolderOf({ folder }: ChaosStage, number: number): string {
  return join(folder, `queue-${number}`)
}

/** Processes whose events are in memory alone. They give none up: what is killed with them could not tell it. */
export async function killMemoryTrackers(stage: ChaosStage): Promise<void> {
  const random = stage.newRandom()
  for (let i = 0; i < LIVES_EACH; i++) {
    const node = stage.startNode({ name: `memory-${i}`, keepsAll: true })
    await node.tracked(EVENTS_AT_LEAST)
    await delay(lifeMs(random))
    await node.kill()
  }
}

/** Tabs, one after the other: each is closed or crashed. */
export async function killTabs(stage: ChaosStage, number: number): Promise<void> {
  const random = stage.newRandom()
  for (let i = 0; stage.context !== undefined && i < LIVES_EACH; i++) {
    const tab = await startTabLife(stage.context, stage.site.url, `tab-${number}-${i}`, stage.newRandom())
    stage.lives.push(tab.life)
    await delay(lifeMs(random))
    await tab.kill(random() < 0.5 ? 'crash' : 'close')
  }
}

export async function killCollectors({ collector, newRandom }: ChaosStage): Promise<void> {
  const random = newRandom()
  for (let i = 0; i < LIVES_EACH; i++) {
    await delay(lifeMs(random))
    await collector.kill()
    await delay(random() * LONGEST_OUTAGE_MS)
    await collector.start()
  }
}

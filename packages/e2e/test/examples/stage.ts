import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WebhookEvent } from '@truecount/protocol'
import { startNodeChild, startWebhookSink } from '@truecount/testkit'

/** A real `truecount serve` that tells what it stored. */
export interface Stage {
  readonly url: string
  /** Publishable. */
  readonly key: string
  /** A folder of this stage's own, gone with it. */
  readonly folder: string
  /** Resolves with the stored events in order of time, as soon as there are `count` of them. */
  stored(count: number): Promise<readonly WebhookEvent[]>
  /** Makes a webhook for every event, and returns its signing secret. */
  subscribe(url: string): Promise<string>
  stop(): Promise<void>
}

const START_MS = 30_000
const COMMAND = join(fileURLToPath(import.meta.resolve('@truecount/collector/package.json')), '../bin/truecount.js')

/** What is stored is heard by a webhook: one delivery for each event, ever, and no polling. */
export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-example-'))
  const child = startNodeChild(COMMAND, { args: ['serve', '--db', join(folder, 'truecount.db'), '--port', '0'] })
  const keys = JSON.parse(await child.waitForLine(/"secret_key"/, START_MS)) as Record<string, string>
  const { url } = JSON.parse(await child.waitForLine(/"listening"/, START_MS)) as { url: string }
  const sink = await startWebhookSink()

  async function subscribe(receiver: string): Promise<string> {
    const response = await fetch(`${url}/api/v1/webhooks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${keys['secret_key']}` },
      body: JSON.stringify({ url: receiver, events: ['*'] }),
    })
    const webhook = (await response.json()) as { secret: string }
    if (response.status !== 201) throw new Error(`The webhook was not made: ${JSON.stringify(webhook)}`)
    return webhook.secret
  }

  await subscribe(sink.url)
  return {
    url,
    key: keys['publishable_key'] as string,
    folder,
    subscribe,
    async stored(count) {
      await sink.waitFor((deliveries) => deliveries.length >= count, START_MS)
      const events = sink.deliveries.map(({ payload }) => payload as WebhookEvent)
      return events.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
    },
    async stop() {
      await child.kill('SIGTERM')
      await sink.stop()
      await rm(folder, { recursive: true })
    },
  }
}

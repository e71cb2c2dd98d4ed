import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { collectorCommand } from './collector-command.ts'
import { createKey } from './create-key.ts'
import type { LoopbackServer } from './loopback-server.ts'
import { startService } from './run-service.ts'
import type { RunningService } from './run-service.ts'
import { startPageServer } from './serve-page.ts'
import { setUpRule } from './set-up-rule.ts'
import { startSupervisedCollector } from './supervise-collector.ts'
import type { SupervisedCollector } from './supervise-collector.ts'
import { createV1Api } from './v1-api.ts'
import type { V1Api } from './v1-api.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'
import type { WebhookReceiver } from './webhook-receiver.ts'

/** All that runs. */
export interface Stage {
  readonly collector: SupervisedCollector
  /** The collector's API, with the secret key. */
  readonly api: V1Api
  readonly receiver: WebhookReceiver
  readonly page: LoopbackServer
  readonly service: RunningService
  /** Stops everything, in the reverse order of starting: the collector is the last to go. */
  stop(): Promise<void>
}

export interface StageOptions {
  /** Where the database goes. */
  readonly folder: string
  readonly port: number
  readonly logPath: string
  readonly beforeMs: number
  /** How many events of the log the service has tracked by now. */
  readonly onProgress: (tracked: number, collector: SupervisedCollector) => void
  readonly say: (line: string) => void
  readonly onBroken: (error: Error) => void
}

/** Starts collector, receiver, page and service, and makes the keys, the webhook and the rule. */
export async function setTheStage(options: StageOptions): Promise<Stage> {
  const { folder, port, logPath, beforeMs, onProgress, say, onBroken } = options
  const started: { stop(): Promise<unknown> }[] = []
  const stop = async () => {
    // A part that broke has told so already, and must not keep the others running.
    for (const part of started.toReversed()) await part.stop().catch(() => undefined)
  }
  const start = async <Part extends { stop(): Promise<unknown> }>(starting: Promise<Part>): Promise<Part> => {
    const part = await starting
    started.push(part)
    return part
  }

  try {
    const command = collectorCommand()
    const dbPath = join(folder, 'truecount.db')
    const collector = await start(startSupervisedCollector({ command, dbPath, port, say, onBroken }))
    const publishableKey = await createKey(command, dbPath, 'publishable')
    const api = createV1Api(collector.url, await createKey(command, dbPath, 'secret'))

    const signingSecret = `whsec_${randomBytes(32).toString('base64')}`
    const receiver = await start(startWebhookReceiver(signingSecret, say))
    await setUpRule(api, receiver.url, signingSecret)
    say(`The rule "High Value Purchase" delivers to ${receiver.url}`)

    const sending = { key: publishableKey, endpoint: collector.url }
    const page = await start(startPageServer(sending))
    const progressed = (tracked: number) => onProgress(tracked, collector)
    const service = await start(startService({ ...sending, logPath, beforeMs, onProgress: progressed, say, onBroken }))
    return { collector, api, receiver, page, service, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

import { fileURLToPath } from 'node:url'
import type { TrackerStats } from 'truecount'
import { startChild } from './child-lines.ts'

/** The service's process, as the demo sees it. */
export interface RunningService {
  /** The whole log went through `track()`. */
  replayed(): boolean
  /** Asks the service, over its own HTTP endpoint, to track a purchase. */
  buy(amount: number): Promise<void>
  /** What its tracker says of itself. */
  stats(): Promise<TrackerStats>
  /** SIGTERM; resolves with its tracker's last figures when what waited is sent, or the time for it is over. */
  stop(): Promise<TrackerStats>
}

export interface RunServiceOptions {
  readonly key: string
  /** The collector's base URL. */
  readonly endpoint: string
  readonly logPath: string
  readonly beforeMs: number
  /** How many events of the log were tracked by now. */
  readonly onProgress: (tracked: number) => void
  readonly say: (line: string) => void
  /** It ended, and nobody had asked it to. */
  readonly onBroken: (error: Error) => void
}

const SCRIPT = fileURLToPath(new URL('./service/main.ts', import.meta.url))

/** Starts the service, which replays the log at once. Resolves when it listens. */
export function startService(options: RunServiceOptions): Promise<RunningService> {
  const { key, endpoint, logPath, beforeMs, onProgress, say, onBroken } = options
  let replayed = false
  let stopping = false
  let lastStats: TrackerStats | undefined

  return new Promise((resolve, reject) => {
    const child = startChild({
      args: [SCRIPT, logPath, String(beforeMs)],
      env: { TRUECOUNT_KEY: key, TRUECOUNT_ENDPOINT: endpoint },
      onLine(line) {
        if (line['msg'] === 'listening') resolve(createService(String(line['url'])))
        if (line['msg'] === 'bad line')
          say(`Line ${String(line['line'])} of the log is left out: ${String(line['reason'])}`)
        if (line['msg'] === 'replaying') onProgress(Number(line['tracked']))
        if (line['msg'] === 'replayed') {
          onProgress(Number(line['tracked']))
          replayed = true
        }
        if (line['msg'] === 'stopped') lastStats = line['stats'] as TrackerStats
      },
    })
    const ended = child.ended.then((how) => {
      if (stopping && lastStats !== undefined) return lastStats
      throw new Error(`The service ended before it had closed its tracker (${how})`)
    })
    ended.catch((error: unknown) => {
      reject(error)
      if (!stopping) onBroken(error as Error)
    })
    const createService = (url: string): RunningService => ({
      replayed: () => replayed,
      async buy(amount) {
        const body = JSON.stringify({ amount, user_id: 'demo-customer' })
        const { status } = await fetch(`${url}/purchases`, { method: 'POST', body })
        if (status !== 202) throw new Error(`The service answered ${status} to a purchase`)
      },
      stats: async () => (await (await fetch(`${url}/stats`)).json()) as TrackerStats,
      stop() {
        stopping = true
        child.signal('SIGTERM')
        return ended
      },
    })
  })
}

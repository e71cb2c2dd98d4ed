import { startChild } from './child-lines.ts'
import type { Child } from './child-lines.ts'

/** A collector that is started again, on the same file and port, whenever it dies. */
export interface SupervisedCollector {
  /** Base URL, the same for all its lives. */
  readonly url: string
  restarts(): number
  /** SIGKILL, as the kernel or an impatient operator would. */
  kill(): void
  /** SIGTERM, and no new start. Resolves when it has ended. */
  stop(): Promise<void>
}

export interface SuperviseOptions {
  /** Path of the command `truecount`. */
  readonly command: string
  /** The SQLite file; made if it is not there. */
  readonly dbPath: string
  /** 0 takes a free one. */
  readonly port: number
  readonly say: (line: string) => void
  /** It could not be started again. */
  readonly onBroken: (error: Error) => void
}

const HOST = '127.0.0.1'

/** Resolves when the collector listens; rejects, with what it said, if it ends before. */
export async function startSupervisedCollector(options: SuperviseOptions): Promise<SupervisedCollector> {
  const { say, onBroken } = options
  let restarts = 0
  let stopping = false
  let { child, url } = await launch(options, options.port)
  const port = Number(new URL(url).port)
  say(`The collector listens at ${url} as process ${child.pid}, on the file ${options.dbPath}`)

  const watch = async (): Promise<void> => {
    const how = await child.ended
    if (stopping) return
    say(`The collector died (${how}). Starting it again on the same file and port.`)
    ;({ child } = await launch(options, port))
    if (stopping) child.signal('SIGTERM')
    restarts++
    say(`The collector is back, as process ${child.pid}.`)
    return watch()
  }
  const watching = watch().catch((error: unknown) => onBroken(error as Error))

  return {
    url,
    restarts: () => restarts,
    kill: () => child.signal('SIGKILL'),
    stop() {
      stopping = true
      child.signal('SIGTERM')
      return watching
    },
  }
}

async function launch({ command, dbPath }: SuperviseOptions, port: number): Promise<{ child: Child; url: string }> {
  const args = [command, 'serve', '--db', dbPath, '--port', String(port), '--host', HOST]
  return new Promise((resolve, reject) => {
    const child = startChild({
      args,
      onLine({ msg, url }) {
        if (msg === 'listening') resolve({ child, url: String(url) })
      },
    })
    child.ended.then((how) => reject(new Error(`The collector ended before it listened (${how})`)), reject)
  })
}

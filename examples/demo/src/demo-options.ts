import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface DemoOptions {
  /** End as soon as the books can be judged, instead of staying until Ctrl-C. */
  readonly once: boolean
  /** Click through the page with Chromium. */
  readonly browse: boolean
  /** SIGKILL the collector halfway through the replay. */
  readonly kill: boolean
  /** An event log to replay instead of the git history. */
  readonly log: string | undefined
  /** The collector's port; 0 takes a free one. */
  readonly port: number
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

export const HELP = `Truecount's main job on one machine: collector, page, service, rule, webhook, and books that close.

Usage: pnpm demo [options]

  --once       end with exit code 0 if the books close, else 1 and a line for each figure that is off
  --browse     click through the page with Chromium (/usr/bin/chromium, or the path in CHROMIUM_PATH)
  --kill       SIGKILL the collector halfway through the replay; it is started again on the same file
  --log FILE   replay this event log instead of the git history: one JSON object a line,
               {"event_name":"…","user_id":"…","timestamp":"2024-01-30T10:00:00Z","metadata":{…}}
  --port N     the collector's port (default: a free one)
  --help       this text
`

/** Reads the arguments after `node main.ts`. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        browse: { type: 'boolean', default: false },
        kill: { type: 'boolean', default: false },
        log: { type: 'string' },
        port: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { kind: 'help' }
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > 65_535) return wrong(`--port wants 0 to 65535, got "${values.port}"`)
    if (values.log === '') return wrong('--log wants the path of a file')
    const { once, browse, kill, log } = values
    return { kind: 'run', options: { once, browse, kill, log, port } }
  } catch (error) {
    return wrong((error as Error).message)
  }
}

function wrong(message: string): ParsedOptions {
  return { kind: 'wrong', message: `${message}\nRun with --help to see the options.` }
}

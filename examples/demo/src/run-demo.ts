import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browsePage, whyNoBrowser } from './browse-page.ts'
import type { Browsing } from './browse-page.ts'
import { checkBooks } from './check-books.ts'
import { chooseLog } from './choose-log.ts'
import { closeBooks } from './close-books.ts'
import { countLog } from './count-log.ts'
import type { DemoOptions } from './demo-options.ts'
import { followFigures } from './follow-figures.ts'
import { countMatching } from './own-event.ts'
import type { OwnEvent } from './own-event.ts'
import { printBooks } from './print-books.ts'
import type { Screen } from './screen.ts'
import { setTheStage } from './set-the-stage.ts'
import type { Stage } from './set-the-stage.ts'
import type { SupervisedCollector } from './supervise-collector.ts'

export interface DemoRun {
  readonly options: DemoOptions
  readonly screen: Screen
  /** A folder of the repository whose history is replayed. */
  readonly repository: string
  readonly chromiumPath: string
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number
  /** Ends the run: the books are closed, printed and judged. */
  readonly signal: AbortSignal
}

/** Longest wait, once everything is tracked, for the last event to be stored and the last webhook to arrive. */
const SETTLE_TIMEOUT_MS = 30_000

/** The whole story. Resolves with whether the books close; rejects if a part of it could not run. */
export async function runDemo(run: DemoRun): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-demo-'))
  run.screen.say(`What this run makes is in ${folder}`)
  try {
    return await prepare(run, folder)
  } finally {
    if (run.options.once) await rm(folder, { recursive: true })
  }
}

interface Plot {
  readonly stage: Stage
  readonly logPath: string
  readonly startedAtMs: number
  /** Events of the log that match the rule. */
  readonly matchingInLog: number
  readonly failure: () => Error | undefined
}

async function prepare(run: DemoRun, folder: string): Promise<boolean> {
  const { options, screen, repository } = run
  const say = (line: string) => screen.say(line)
  const startedAtMs = run.now()
  const log = await chooseLog({ named: options.log, repository, folder })
  const { events, matching } = await countLog(log.path, startedAtMs)
  if (events === 0) throw new Error(`There is no usable event in ${log.path}: give a file with one JSON event a line`)

  let failure: Error | undefined
  const stage = await setTheStage({
    folder,
    port: options.port,
    logPath: log.path,
    beforeMs: startedAtMs,
    say,
    onProgress: options.kill ? killHalfway(events, screen) : () => undefined,
    onBroken: (error) => (failure ??= error),
  })
  screen.say(`The service replays ${log.origin}: ${events} events`)
  try {
    const plot = { stage, logPath: log.path, startedAtMs, matchingInLog: matching, failure: () => failure }
    return await play(run, plot)
  } finally {
    await stage.stop()
  }
}

function killHalfway(events: number, screen: Screen) {
  let killed = false
  return (tracked: number, collector: SupervisedCollector): void => {
    if (killed || tracked * 2 < events) return
    killed = true
    screen.say(`SIGKILL to the collector, with ${tracked} of ${events} events tracked.`)
    collector.kill()
  }
}

async function play(run: DemoRun, plot: Plot): Promise<boolean> {
  const { options, screen, signal } = run
  const { stage, failure } = plot
  const clicks: OwnEvent[] = []
  const purchases: OwnEvent[] = []
  const follow = followFigures({ stage, screen, signal, failure, clicks: () => clicks.length })
  let browsing: Browsing | undefined
  try {
    await follow(() => stage.service.replayed())
    if (!signal.aborted) {
      browsing = await browse(run, stage.page.url)
      clicks.push(...(browsing?.tracked ?? []))
      await buyTwice(stage, purchases)
    }
    const expectedWebhooks = plot.matchingInLog + countMatching([...clicks, ...purchases])
    const settled: Parameters<typeof follow>[0] = ({ tracked, waiting, books, webhooks }) => {
      const stored = books !== undefined && books.captured >= tracked && books.missing === 0
      return stored && waiting === 0 && webhooks.verified >= expectedWebhooks
    }
    await follow(settled, SETTLE_TIMEOUT_MS)
    if (!options.once && !signal.aborted) {
      screen.say(`Open ${stage.page.url} and click. Ctrl-C closes the books.`)
      await follow(() => false)
    }
    const own = [...clicks, ...purchases]
    return await judge(run, plot, { clicks: clicks.length, own, expectedWebhooks })
  } finally {
    await browsing?.close()
  }
}

async function browse({ options, screen, chromiumPath }: DemoRun, pageUrl: string): Promise<Browsing | undefined> {
  if (!options.browse) return undefined
  const why = whyNoBrowser(chromiumPath)
  if (why !== undefined) {
    screen.say(`Nobody clicks through the page: ${why}`)
    return undefined
  }
  const browsing = await browsePage(pageUrl, chromiumPath)
  screen.say(`Chromium clicked ${browsing.tracked.length} times at ${pageUrl}`)
  return browsing
}

/** The small purchase goes first: when the large one's webhook is here, the silence about the small one is proved. */
async function buyTwice({ service }: Stage, purchases: OwnEvent[]): Promise<void> {
  for (const amount of [49, 900]) {
    await service.buy(amount)
    purchases.push({ eventName: 'purchase_completed', metadata: { amount } })
  }
}

interface Known {
  readonly clicks: number
  readonly own: readonly OwnEvent[]
  readonly expectedWebhooks: number
}

async function judge(run: DemoRun, plot: Plot, known: Known): Promise<boolean> {
  const { options, screen } = run
  screen.status('')
  const { outcome, badLines } = await closeBooks({ ...plot, ...known, options, now: run.now })
  const off = checkBooks(outcome)
  for (const line of printBooks(outcome, off, badLines)) screen.say(line)
  return off.length === 0
}

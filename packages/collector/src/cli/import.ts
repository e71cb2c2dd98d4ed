import { createReadStream, type ReadStream, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { LedgerEntry } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import { readExportedEvent } from './exported-event.ts'
import type { Flags } from './flags.ts'
import { linesOf } from './lines.ts'
import { requiredFile } from './named-file.ts'
import { createProgressBar, type ProgressBar } from './progress-bar.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withNewStore } from './with-store.ts'

/** Events a transaction: a running collector waits for some milliseconds at most. */
const EVENTS_A_STEP = 250

/** Longer than a collector waits before it tries again, so that it has its turn after every step. */
const PAUSE_MS = 15

interface Tally {
  lines: number
  stored: number
  duplicates: number
}

/** `truecount import`: takes an export through the ledger, so that what is stored already is stored once. */
export async function importEvents(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const from = requiredFile(flags, 'from', terminal)
  if (from === undefined) return EXIT.usage
  const stat = statSync(from, { throwIfNoEntry: false })
  if (stat?.isFile() !== true) {
    terminal.err(`There is no file ${from}\n`)
    return EXIT.failed
  }
  return withNewStore(flags, terminal, async (store) => {
    const tally: Tally = { lines: 0, stored: 0, duplicates: 0 }
    const bar = createProgressBar(terminal, 'imported', Date.now)
    const file = createReadStream(from)
    const onStep = () => bar.show(file.bytesRead, stat.size)
    const problem = await importLines(store, file, tally, onStep, terminal.ending).finally(() => bar.end())
    const { stored, duplicates } = tally
    terminal.out(
      flags['json']
        ? `${JSON.stringify({ stored, duplicates })}\n`
        : `Imported ${stored} events; ${duplicates} were there already\n`,
    )
    if (problem === undefined) return EXIT.ok
    terminal.err(`${from} ${problem}. What came before it is imported; to import it all again does no harm\n`)
    return EXIT.failed
  })
}

/** Resolves with what stopped it before the end, if anything did. */
async function importLines(
  store: Store,
  file: ReadStream,
  tally: Tally,
  onStep: ProgressBar['end'],
  ending: AbortSignal,
): Promise<string | undefined> {
  const step = createStep(store, tally)
  try {
    for await (const line of linesOf(file)) {
      tally.lines += 1
      if (line === '') continue
      const event = readExportedEvent(line)
      if (!event.ok) return `line ${tally.lines} ${event.problem}`
      if (await step.take(event.projectId, event.entry)) {
        onStep()
        await wait(PAUSE_MS)
      }
      if (ending.aborted) return `was left at line ${tally.lines}`
    }
    return undefined
  } finally {
    await step.flush()
  }
}

/** Gathers entries into batches, one for each project in turn, and makes the projects that are not there. */
function createStep(store: Store, tally: Tally) {
  const known = new Set<string>()
  let waiting: { readonly projectId: string; readonly entries: LedgerEntry[] } | undefined

  async function flush(): Promise<void> {
    if (waiting === undefined) return
    const batch = waiting
    waiting = undefined
    await makeProject(store, known, batch.projectId)
    const { verdicts } = await store.ledger.ingest([batch], () => [])
    for (const verdict of verdicts.flat()) {
      if (verdict === 'stored') tally.stored += 1
      else tally.duplicates += 1
    }
  }

  return {
    flush,
    /** Whether a step was taken. */
    async take(projectId: string, entry: LedgerEntry): Promise<boolean> {
      const full = waiting !== undefined && (waiting.projectId !== projectId || waiting.entries.length >= EVENTS_A_STEP)
      if (full) await flush()
      waiting ??= { projectId, entries: [] }
      waiting.entries.push(entry)
      return full
    },
  }
}

async function makeProject(store: Store, known: Set<string>, projectId: string): Promise<void> {
  if (known.has(projectId)) return
  known.add(projectId)
  if ((await store.projects.find(projectId)) !== undefined) return
  const project = { id: projectId, name: '', allowedOrigins: null, createdAtMs: Date.now() }
  await store.projects.create(project)
}

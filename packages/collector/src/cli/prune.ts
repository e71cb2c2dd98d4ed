import { setTimeout as wait } from 'node:timers/promises'
import { formatTimestamp, parseTimestamp } from '@truecount/protocol'
import { RECLAIM_PAUSE_MS, reclaimAll } from '../erase/janitor.ts'
import type { Flags } from './flags.ts'
import { namedProject } from './named-project.ts'
import { createProgressBar } from './progress-bar.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withStore } from './with-store.ts'

const AGE = /^([1-9]\d{0,4})([hdw])$/
const pause = () => wait(RECLAIM_PAUSE_MS)
const UNIT_MS = { h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `truecount prune`: deletes events with a timestamp before an instant, of one project or of all. */
export async function prune(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const beforeMs = readInstant(flags, Date.now())
  if (typeof beforeMs === 'string') {
    terminal.err(`${beforeMs}\n`)
    return EXIT.usage
  }
  return withStore(flags, terminal, async (store) => {
    const named = await namedProject(flags, store.projects, terminal)
    if (!named.ok) return EXIT.failed
    const projects = named.id === undefined ? (await store.projects.list()).map(({ id }) => id) : [named.id]
    const bar = createProgressBar(terminal, 'deleted', Date.now)
    let deleted = 0
    for (const projectId of projects) {
      if (terminal.ending.aborted) break
      deleted += await store.eraser.eraseBefore(projectId, beforeMs)
      bar.show(projects.indexOf(projectId) + 1, projects.length)
    }
    await reclaimAll({ eraser: store.eraser, pause, stopping: terminal.ending })
    bar.end()
    const before = formatTimestamp(beforeMs)
    terminal.out(
      flags['json'] ? `${JSON.stringify({ deleted, before })}\n` : `Deleted ${deleted} events from before ${before}\n`,
    )
    return terminal.ending.aborted ? EXIT.failed : EXIT.ok
  })
}

function readInstant(flags: Flags, nowMs: number): number | string {
  const { before, 'older-than': age } = flags
  if ((before === undefined) === (age === undefined)) return 'Give --before or --older-than, one of them'
  if (before !== undefined) {
    const instant = parseTimestamp(String(before))
    return instant ?? `--before must be an ISO 8601 date-time, got ${String(before)}`
  }
  const match = AGE.exec(String(age))
  if (match === null) return `--older-than must be a whole number of h, d or w (such as 90d), got ${String(age)}`
  return nowMs - Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
}

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { openEventExport } from '../store/blocks/event-export.ts'
import { openToRead } from '../store/sqlite/open-read-only.ts'
import { createSqliteProjects } from '../store/sqlite/sqlite-projects.ts'
import type { Flags } from './flags.ts'
import { databasePath, requiredFile } from './named-file.ts'
import { namedProject } from './named-project.ts'
import { createProgressBar } from './progress-bar.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

/** `truecount export`: every event as a line of JSON, as they are at this instant. */
export async function exportEvents(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const to = requiredFile(flags, 'to', terminal)
  if (to === undefined) return EXIT.usage
  const db = openToRead(databasePath(flags, terminal))
  try {
    const named = await namedProject(flags, createSqliteProjects(db), terminal)
    if (!named.ok) return EXIT.failed
    const events = openEventExport(db, named.id)
    const file = await create(to)
    if (typeof file === 'string') {
      terminal.err(`Cannot write ${to}: ${file}\n`)
      return EXIT.failed
    }
    const bar = createProgressBar(terminal, 'exported', Date.now)
    let written = 0
    for (let lines = events.next(); lines.length > 0 && !terminal.ending.aborted; lines = events.next()) {
      if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain')
      bar.show((written += lines.length), events.total)
    }
    bar.end()
    file.end()
    await once(file, 'close')
    if (written < events.total) {
      terminal.err(`Ended after ${written} of ${events.total} events: ${to} is not complete\n`)
      return EXIT.failed
    }
    terminal.out(flags['json'] ? `${JSON.stringify({ events: written })}\n` : `Exported ${written} events to ${to}\n`)
    return EXIT.ok
  } finally {
    db.close()
  }
}

/** Resolves with what prevents it; an existing file is never overwritten. */
function create(path: string): Promise<WriteStream | string> {
  return new Promise((resolve) => {
    const file = createWriteStream(path, { flags: 'wx' })
    file.once('open', () => resolve(file))
    file.once('error', (error) => resolve(error.message))
  })
}

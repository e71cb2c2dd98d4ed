import { statSync } from 'node:fs'
import { type Examination, examineBlocks } from '../store/blocks/examine-blocks.ts'
import { guard } from '../store/sqlite/guard.ts'
import { openToRead } from '../store/sqlite/open-read-only.ts'
import type { Flags } from './flags.ts'
import { databasePath } from './named-file.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

/** A log that grew beyond this was kept from being written back, by a reader that does not end. */
const LARGE_WAL_BYTES = 256 * 1024 * 1024

/** `truecount doctor`: proves the file and its books, and ends with 1 if anything is wrong. */
export async function doctor(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const path = databasePath(flags, terminal)
  const db = openToRead(path)
  const examination = await guard(() => examineBlocks(db)).finally(() => db.close())
  const walBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const findings = [
    ...examination.findings,
    {
      check: 'the write-ahead log is written back',
      problem: walBytes <= LARGE_WAL_BYTES ? null : `it has ${walBytes} bytes: does some program keep the file open?`,
    },
  ]
  const healthy = findings.every(({ problem }) => problem === null)
  const report = { ok: healthy, database: path, wal_bytes: walBytes, findings, projects: projectsOf(examination) }
  terminal.out(flags['json'] ? `${JSON.stringify(report)}\n` : textOf(report))
  return healthy ? EXIT.ok : EXIT.failed
}

function projectsOf({ projects }: Examination) {
  return projects.map(({ projectId, events, books }) => ({
    project_id: projectId,
    events,
    captured: books.captured,
    stored: books.stored,
    deleted: books.deleted,
    duplicates_prevented: books.duplicatesPrevented,
    rejected: books.rejectedByReason,
    dropped: books.droppedByReason,
    missing: books.missing,
    waiting: books.waiting,
  }))
}

interface Report {
  readonly ok: boolean
  readonly findings: Examination['findings']
  readonly projects: ReturnType<typeof projectsOf>
}

function textOf({ ok, findings, projects }: Report): string {
  const checks = findings.map(({ check, problem }) =>
    problem === null ? `ok     ${check}` : `WRONG  ${check}: ${problem}`,
  )
  const books = projects.flatMap(({ project_id: id, ...numbers }) => [
    `project ${id}`,
    ...Object.entries(numbers).map(([name, value]) => `  ${name.padEnd(21)} ${JSON.stringify(value)}`),
  ])
  return `${[...checks, '', ...books, '', ok ? 'All is well' : 'Something is wrong: see above'].join('\n')}\n`
}

import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { splitLines } from './split-lines.ts'

/** A line of an event log, as the file holds it. */
export interface LogRecord {
  readonly event_name: string
  readonly user_id: string
  readonly timestamp: string
  readonly metadata: Readonly<Record<string, unknown>>
}

export type GitLog =
  | { readonly kind: 'log'; readonly records: readonly LogRecord[]; readonly commits: number }
  | { readonly kind: 'none'; readonly why: string }

/** The newest commits are read until one of these is reached. */
const MAX_COMMITS = 2_000
const MAX_EVENTS = 5_000
/** A commit's other files are in its `files` figure, but get no event of their own. */
const MAX_FILE_EVENTS_PER_COMMIT = 20

const COMMIT_LINE = /^commit\t(.*)\t(\d+)\t(.*)$/
const FILE_LINE = /^(\d+|-)\t(\d+|-)\t(.+)$/

/**
 * The commit history around `folder` as events, oldest first: `commit`, and `file_changed` for each file of it.
 * No name, address, subject or path is in them: authors are hashes, subjects lengths, paths a top folder and a suffix.
 */
export async function readGitLog(folder: string): Promise<GitLog> {
  const why = await whyNoHistory(folder)
  if (why !== undefined) return { kind: 'none', why }
  const git = spawn('git', ['-C', folder, ...GIT_LOG], { stdio: ['ignore', 'pipe', 'ignore'] })
  const perCommit: LogRecord[][] = []
  let events = 0
  for await (const commit of readCommits(splitLines(git.stdout.setEncoding('utf8')))) {
    const records = commitRecords(commit)
    if (events + records.length > MAX_EVENTS) break
    events += records.length
    perCommit.push(records)
  }
  git.kill()
  if (perCommit.length === 0) return { kind: 'none', why: 'git log shows no commit' }
  return { kind: 'log', records: perCommit.reverse().flat(), commits: perCommit.length }
}

const GIT_LOG = [
  '-c',
  'core.quotePath=false',
  'log',
  `--max-count=${MAX_COMMITS}`,
  '--no-renames',
  '--numstat',
  '--format=commit%x09%aE%x09%at%x09%s',
]

async function whyNoHistory(folder: string): Promise<string | undefined> {
  const git = (...args: string[]) => promisify(execFile)('git', ['-C', folder, ...args])
  try {
    const { stdout } = await git('rev-parse', '--is-shallow-repository')
    if (stdout.trim() === 'true') return 'the clone is shallow (git fetch --unshallow gets the whole history)'
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    return code === 'ENOENT' ? 'there is no git on this machine' : (stderr?.trim().split('\n')[0] ?? String(error))
  }
  const hasCommit = await git('rev-parse', '--verify', 'HEAD').then(
    () => true,
    () => false,
  )
  return hasCommit ? undefined : 'the repository has no commit yet'
}

interface Commit {
  readonly author: string
  readonly timestamp: string
  readonly subjectLength: number
  readonly files: { readonly path: string; readonly insertions: number; readonly deletions: number }[]
}

async function* readCommits(lines: AsyncIterable<string>): AsyncGenerator<Commit> {
  let commit: Commit | undefined
  for await (const line of lines) {
    const head = COMMIT_LINE.exec(line)
    const file = FILE_LINE.exec(line)
    if (head !== null) {
      if (commit !== undefined) yield commit
      const [, email = '', seconds = '', subject = ''] = head
      const timestamp = new Date(Number(seconds) * 1000).toISOString()
      commit = { author: hashAuthor(email), timestamp, subjectLength: Array.from(subject).length, files: [] }
    } else if (file !== null) {
      const [, insertions, deletions, path = ''] = file
      commit?.files.push({ path, insertions: lineCount(insertions), deletions: lineCount(deletions) })
    }
  }
  if (commit !== undefined) yield commit
}

function commitRecords({ author, timestamp, subjectLength, files }: Commit): LogRecord[] {
  const sum = (of: 'insertions' | 'deletions') => files.reduce((total, file) => total + file[of], 0)
  const record = (event_name: string, metadata: LogRecord['metadata']) => {
    return { event_name, user_id: author, timestamp, metadata }
  }
  const totals = { files: files.length, insertions: sum('insertions'), deletions: sum('deletions') }
  return [
    record('commit', { ...totals, subject_length: subjectLength }),
    ...files.slice(0, MAX_FILE_EVENTS_PER_COMMIT).map(({ path, insertions, deletions }) => {
      const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
      return record('file_changed', { folder, suffix: extname(path), insertions, deletions })
    }),
  ]
}

/** git writes `-` for a binary file. */
function lineCount(text: string | undefined): number {
  return text === undefined || text === '-' ? 0 : Number(text)
}

/** The same author is the same user in every run; the address itself stays here. */
function hashAuthor(email: string): string {
  return `author-${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 16)}`
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readGitLog } from './read-git-log.ts'

/** The file to replay, and one sentence on where it comes from. */
export interface ChosenLog {
  readonly path: string
  readonly origin: string
}

export interface ChooseLogOptions {
  /** The file that the user named, if any. */
  readonly named: string | undefined
  /** Somewhere in the repository whose history is the log. */
  readonly repository: string
  /** Where the history is written as an event log. */
  readonly folder: string
}

const SAMPLE_LOG = fileURLToPath(new URL('../sample-log.ndjson', import.meta.url))

/** The file named by `--log`; else the git history, written to `folder` as an event log; else the sample beside this. */
export async function chooseLog({ named, repository, folder }: ChooseLogOptions): Promise<ChosenLog> {
  if (named !== undefined) return { path: named, origin: `the file ${named}` }
  const history = await readGitLog(repository)
  if (history.kind === 'none') {
    return { path: SAMPLE_LOG, origin: `the sample log, because there is no git history to replay: ${history.why}` }
  }
  const path = join(folder, 'git-log.ndjson')
  await writeFile(path, history.records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return { path, origin: `the git history of this repository, its newest ${history.commits} commits` }
}

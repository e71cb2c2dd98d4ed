import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** `publishable` may only send events and is safe inside a page; `secret` may do everything in its project. */
export type KeyKind = 'publishable' | 'secret'

/** No limits: the demo sends a whole log at once and asks for the counts all the time. */
const LIMITS = ['--events-per-minute', '0', '--analytics-per-minute', '0']

/** Makes a key in the database's first project with `truecount keys create`; it is valid at once. */
export async function createKey(command: string, dbPath: string, kind: KeyKind): Promise<string> {
  const args = [command, 'keys', 'create', '--db', dbPath, '--kind', kind, ...LIMITS, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return (JSON.parse(stdout) as { key: string }).key
}

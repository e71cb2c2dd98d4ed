import type { Projects } from '../store/registry.ts'
import type { Flags } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** What `--project` names. `id` is left out where the flag is. */
export type NamedProject = { readonly ok: true; readonly id?: string } | { readonly ok: false }

/** The project that a command names. Not `ok`, and told to the caller, where the database has none of that id. */
export async function namedProject(
  { project }: Flags,
  projects: Pick<Projects, 'find'>,
  { err }: Terminal,
): Promise<NamedProject> {
  if (project === undefined) return { ok: true }
  const found = await projects.find(String(project).toLowerCase())
  if (found !== undefined) return { ok: true, id: found.id }
  err(`There is no project ${project} in this database\n`)
  return { ok: false }
}

import { randomBytes } from 'node:crypto'
import { formatTimestamp } from '@truecount/protocol'
import { timeUuid } from '../id/uuid.ts'
import type { Project } from '../store/registry.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withNewStore, withStore } from './with-store.ts'

/** `truecount projects create`. */
export function createProject(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withNewStore(flags, terminal, async (store) => {
    const project = await addProject(store, String(flags['name'] ?? ''))
    terminal.out(flags['json'] ? `${JSON.stringify(shown(project))}\n` : `${project.id}\n`)
    return EXIT.ok
  })
}

/** `truecount projects list`. */
export function listProjects(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withStore(flags, terminal, async (store) => {
    const projects = await store.projects.list()
    const lines = projects.map(({ id, name }) => `${id}  ${name}`.trimEnd())
    terminal.out(flags['json'] ? `${JSON.stringify(projects.map(shown))}\n` : lines.map((line) => `${line}\n`).join(''))
    return EXIT.ok
  })
}

/** Makes a project whose pages may be anywhere. */
export async function addProject(store: Store, name: string): Promise<Project> {
  const id = timeUuid(Date.now(), randomBytes)
  const project = { id, name, allowedOrigins: null, createdAtMs: Date.now() }
  await store.projects.create(project)
  return project
}

function shown({ id, name, createdAtMs }: Project) {
  return { id, name, created_at: formatTimestamp(createdAtMs) }
}

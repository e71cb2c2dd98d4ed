import { randomBytes } from 'node:crypto'
import { SETTINGS } from '../config.ts'
import { apiKeyPrefix, hashApiKey, type KeyKind, newApiKey } from '../id/api-key.ts'
import { timeUuid } from '../id/uuid.ts'
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

/** A key as it is shown, this once. */
export interface ShownKey {
  readonly id: string
  readonly key: string
  readonly kind: KeyKind
  readonly project_id: string
}

/** `truecount keys create`: the key is valid at once, in a running collector too. */
export async function createKey(
  flags: Readonly<Record<string, string | boolean | undefined>>,
  { environment, out, err }: Terminal,
): Promise<ExitCode> {
  const { kind, project, json } = flags
  if (kind !== 'secret' && kind !== 'publishable') {
    err(`--kind must be secret or publishable, got ${kind ?? 'nothing'}\n`)
    return EXIT.usage
  }
  const store = openSqliteStore(String(flags['db'] ?? environment['TRUECOUNT_DB'] ?? SETTINGS.db.initial), 'process')
  try {
    const projectId = project === undefined ? await firstProject(store) : String(project).toLowerCase()
    if ((await store.projects.find(projectId)) === undefined) {
      err(`There is no project ${projectId} in this database\n`)
      return EXIT.failed
    }
    const shown = await addKey(store, kind, projectId)
    out(json ? `${JSON.stringify(shown)}\n` : `${shown.key}\n`)
    return EXIT.ok
  } finally {
    store.close()
  }
}

/** Makes a key and stores its hash. */
export async function addKey(store: Store, kind: KeyKind, projectId: string): Promise<ShownKey> {
  const key = newApiKey(kind, randomBytes)
  const id = timeUuid(Date.now(), randomBytes)
  const hash = hashApiKey(key)
  await store.apiKeys.create({ id, projectId, kind, hash, prefix: apiKeyPrefix(key), createdAtMs: Date.now() })
  return { id, key, kind, project_id: projectId }
}

/** Makes a project and returns its id. */
export async function addProject(store: Store): Promise<string> {
  const id = timeUuid(Date.now(), randomBytes)
  await store.projects.create({ id, createdAtMs: Date.now() })
  return id
}

async function firstProject(store: Store): Promise<string> {
  return (await store.projects.first())?.id ?? (await addProject(store))
}

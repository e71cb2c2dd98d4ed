import type { ApiKey, ApiKeys, Project, Projects } from './registry.ts'
import type { Store } from './store.ts'

/** The oldest project is remembered under no id. */
const OLDEST = ''

/** Most rows of a kind that are remembered. */
const MOST = 10_000

/**
 * The store, with keys and projects that requests are let in by remembered between requests. What this process changes is
 * forgotten at once; what another one may have changed is found out in every task of the event loop in which somebody
 * asks. An unknown key is always looked for. So a request that begins after a key was made or revoked finds it so.
 * `afterTask` runs a function when the task under way is over, with all that its promises led to: before anything more is read.
 */
export function rememberAccess(store: Store, afterTask: (run: () => void) => void): Store {
  const keys = createMemory<ApiKey>()
  const projects = createMemory<Project>()
  let seen: number | undefined
  let isFresh = false
  /** Shared by all who ask in a task. */
  let refreshing: Promise<void> | undefined

  function forget(): void {
    keys.forget()
    projects.forget()
  }

  async function refresh(): Promise<void> {
    const now = await store.commitsOfOthers()
    if (now !== seen) forget()
    seen = now
    isFresh = true
    afterTask(() => (isFresh = false))
  }

  async function find<T>(memory: Memory<T>, key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    if (!isFresh) await (refreshing ??= refresh().finally(() => (refreshing = undefined)))
    return memory.get(key) ?? memory.fill(key, read)
  }

  const apiKeys: ApiKeys = {
    ...store.apiKeys,
    findByHash: (hash) => find(keys, hash, () => store.apiKeys.findByHash(hash)),
    revoke: (...which) => store.apiKeys.revoke(...which).finally(forget),
    replace: (...which) => store.apiKeys.replace(...which).finally(forget),
  }
  const remembered: Projects = {
    ...store.projects,
    first: () => find(projects, OLDEST, () => store.projects.first()),
    find: (projectId) => find(projects, projectId, () => store.projects.find(projectId)),
    update: (project) => store.projects.update(project).finally(forget),
  }
  return { ...store, apiKeys, projects: remembered }
}

interface Memory<T> {
  get(key: string): T | undefined
  /** Reads a row and remembers it, if there is one. */
  fill(key: string, read: () => Promise<T | undefined>): Promise<T | undefined>
  forget(): void
}

function createMemory<T>(): Memory<T> {
  let rows = new Map<string, T>()
  return {
    get: (key) => rows.get(key),
    async fill(key, read) {
      // A row that was read before all was forgotten must not come into what is remembered afterwards.
      const current = rows
      const row = await read()
      if (current.size >= MOST) current.clear()
      if (row !== undefined) current.set(key, row)
      return row
    },
    forget() {
      rows = new Map()
    },
  }
}

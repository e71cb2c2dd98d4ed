import { randomBytes } from 'node:crypto'
import { isKeyKind, type KeyWish, MAX_PER_MINUTE, newKey } from '../manage/new-key.ts'
import { shownKey } from '../manage/shown-key.ts'
import type { ApiKey, Project } from '../store/registry.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import { namedProject } from './named-project.ts'
import { addProject } from './projects.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withNewStore, withStore } from './with-store.ts'

/** `truecount keys create`: the key is valid at once, in a running collector too. */
export async function createKey(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const { kind } = flags
  const eventsPerMinute = readLimit(flags['events-per-minute'])
  const analyticsPerMinute = readLimit(flags['analytics-per-minute'])
  const problems = [
    isKeyKind(kind) ? '' : `--kind must be secret or publishable, got ${kind ?? 'nothing'}`,
    Number.isNaN(eventsPerMinute) ? `--events-per-minute ${LIMIT_RULE}` : '',
    Number.isNaN(analyticsPerMinute) ? `--analytics-per-minute ${LIMIT_RULE}` : '',
  ].filter((problem) => problem !== '')
  if (problems.length > 0 || !isKeyKind(kind)) {
    terminal.err(`${problems.join('\n')}\n`)
    return EXIT.usage
  }
  return withNewStore(flags, terminal, async (store) => {
    const named = await namedProject(flags, store.projects, terminal)
    if (!named.ok) return EXIT.failed
    const projectId = named.id ?? (await firstProject(store)).id
    const { key, id } = await addKey(store, { kind, projectId, eventsPerMinute, analyticsPerMinute })
    show(flags, terminal, { id, key, kind, project_id: projectId })
    return EXIT.ok
  })
}

/** `truecount keys list`: every key by its first characters. */
export function listKeys(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withStore(flags, terminal, async (store) => {
    const named = await namedProject(flags, store.projects, terminal)
    if (!named.ok) return EXIT.failed
    const keys = named.id === undefined ? await allKeys(store) : await store.apiKeys.list(named.id)
    const shown = keys.map(shownKey)
    const lines = shown.map((key) => {
      const limits = `events ${key.events_per_minute || 'any'}, analytics ${key.analytics_per_minute || 'any'} a minute`
      return `${key.id}  ${key.prefix}…  ${key.kind}  ${limits}${key.revoked_at ? `  revoked ${key.revoked_at}` : ''}\n`
    })
    terminal.out(flags['json'] ? `${JSON.stringify(shown)}\n` : lines.join(''))
    return EXIT.ok
  })
}

/** `truecount keys revoke`: a running collector refuses the key at once. */
export function revokeKey(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withKey(flags, terminal, async (store, { id, projectId, prefix }) => {
    await store.apiKeys.revoke(projectId, id, Date.now())
    terminal.out(`Revoked ${prefix}…\n`)
  })
}

/** `truecount keys rotate`: the old key is revoked, its successor is valid at once. */
export function rotateKey(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withKey(flags, terminal, async (store, old) => {
    const { key, record } = newKey(old, Date.now(), randomBytes)
    await store.apiKeys.replace(old.id, record)
    show(flags, terminal, { id: record.id, key, kind: record.kind, project_id: record.projectId })
  })
}

/** Makes a key and stores its hash. */
export async function addKey(store: Store, wish: KeyWish): Promise<{ readonly id: string; readonly key: string }> {
  const { key, record } = newKey(wish, Date.now(), randomBytes)
  await store.apiKeys.create(record)
  return { id: record.id, key }
}

type KeyTask = (store: Store, key: ApiKey) => Promise<void>

/** Finds the one valid key that the command names, by its id or by its first characters. */
function withKey(flags: Flags, terminal: Terminal, task: KeyTask): Promise<ExitCode> {
  return withStore(flags, terminal, async (store) => {
    const name = String(flags['key'])
    const valid = (await allKeys(store)).filter(({ revokedAtMs }) => revokedAtMs === null)
    const [key, ...others] = valid.filter(({ id, prefix }) => id === name.toLowerCase() || name.startsWith(prefix))
    if (key === undefined) return missing(terminal, `There is no valid key ${name} here: keys list shows them`)
    if (others.length > 0) return missing(terminal, `More than one key begins with ${name}: give the id`)
    await task(store, key)
    return EXIT.ok
  })
}

async function allKeys(store: Store): Promise<ApiKey[]> {
  const projects = await store.projects.list()
  return (await Promise.all(projects.map(({ id }) => store.apiKeys.list(id)))).flat()
}

async function firstProject(store: Store): Promise<Project> {
  return (await store.projects.first()) ?? (await addProject(store, ''))
}

const LIMIT_RULE = `must be a whole number from 0 (no limit) to ${MAX_PER_MINUTE}`

function readLimit(text: string | boolean | undefined): number | null {
  if (text === undefined) return null
  return /^\d{1,10}$/.test(String(text)) && Number(text) <= MAX_PER_MINUTE ? Number(text) : Number.NaN
}

/** A key as it is shown, this once. */
function show({ json }: Flags, { out }: Terminal, shown: Readonly<Record<string, string>>): void {
  out(json ? `${JSON.stringify(shown)}\n` : `${shown['key']}\n`)
}

function missing({ err }: Terminal, message: string): ExitCode {
  err(`${message}\n`)
  return EXIT.failed
}

import type { Context } from 'koa'
import { authorize, type KeyRing } from '../http/authorize.ts'
import { type Outcome, type Refusal, refuse } from '../http/outcome.ts'
import type { Project } from '../store/registry.ts'

/**
 * Who may call the flat API: `open` anybody, `key` who has a secret key of its project, `loopback` anybody on this machine.
 */
export type FlatAccess = 'open' | 'loopback' | 'key'

export interface FlatGate extends KeyRing {
  readonly access: FlatAccess
  /** The project that is served; `undefined` while there is none. */
  readonly findProject: () => Promise<Project | undefined>
}

/** Names of this machine. A page whose own name was made to lead here still calls it by that name. */
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i

/** Resolves with the id of the project that is served, if the request may come in. */
export async function enterFlat(ctx: Context, gate: FlatGate): Promise<Outcome<string>> {
  const project = await gate.findProject()
  if (project === undefined) {
    return refuse('unavailable', 'There is no project to serve here: make one with truecount projects create')
  }
  const stranger = isOpen(ctx, gate.access) ? undefined : await refuseStranger(ctx, gate, project.id)
  return stranger ?? { ok: true, value: project.id }
}

function isOpen(ctx: Context, access: FlatAccess): boolean {
  return access === 'open' || (access === 'loopback' && LOOPBACK_HOST.test(ctx.get('Host')))
}

async function refuseStranger(ctx: Context, gate: FlatGate, projectId: string): Promise<Refusal | undefined> {
  const key = await authorize(ctx, 'secret', gate)
  if (!key.ok) return key
  if (key.value.projectId === projectId) return undefined
  return refuse('forbidden', 'This key belongs to another project than the one that these routes serve')
}

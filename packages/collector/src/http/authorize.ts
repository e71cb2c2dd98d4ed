import type { Exchange } from './exchange.ts'
import { looksSecret } from '../id/api-key.ts'
import type { ApiKey, ApiKeys } from '../store/registry.ts'
import type { HashKey } from './key-hasher.ts'
import { type Outcome, refuse } from './outcome.ts'
import { readQuery } from './query.ts'
import { type Access, mayCall, SCOPES } from './scopes.ts'

const BEARER = /^Bearer +(\S+) *$/i

/** Where API keys are looked up, and what they are looked up by. */
export interface KeyRing {
  readonly apiKeys: ApiKeys
  readonly hashKey: HashKey
}

/**
 * Finds the key of a request and whether it may call a route: 401 for a missing, unknown or revoked key, 403 for a known one
 * that may not. Ingest routes also take a publishable key as `?key=`; a secret key in a URL is always refused.
 */
export async function authorize(
  exchange: Exchange,
  access: Access,
  { apiKeys, hashKey }: KeyRing,
): Promise<Outcome<ApiKey>> {
  const query = readQuery(exchange, ['key', 'project_id'])
  if (!query.ok) return query
  const inUrl = query.value.key
  if (inUrl !== undefined && looksSecret(inUrl)) {
    return refuse(
      'forbidden',
      'A secret key must never be in a URL, where logs keep it: make a new one and send it as Authorization: Bearer',
    )
  }
  const text = BEARER.exec(exchange.get('authorization'))?.[1] ?? (access === 'ingest' ? inUrl : undefined)
  if (text === undefined) return refuse('unauthorized', 'Send an API key as Authorization: Bearer <api_key>')
  const key = await apiKeys.findByHash(hashKey(exchange.req.socket, text))
  if (key === undefined) return refuse('unauthorized', 'This API key is not known here')
  if (key.revokedAtMs !== null) return refuse('unauthorized', 'This API key was revoked')
  if (!mayCall(key.kind, access)) {
    return refuse('forbidden', `This route needs a ${SCOPES[access].join(' or ')} key, and a ${key.kind} one was sent`)
  }
  const projectId = query.value.project_id
  if (projectId !== undefined && projectId.toLowerCase() !== key.projectId) {
    return refuse('forbidden', `This key does not belong to the project ${projectId}`)
  }
  return { ok: true, value: key }
}

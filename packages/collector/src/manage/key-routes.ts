import type { Context } from 'koa'
import { assign, enums, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { pathParameter, type Route } from '../http/route.ts'
import { list as listOf, maybe, whole } from '../http/schema.ts'
import type { RandomBytes } from '../id/uuid.ts'
import type { ApiKey, ApiKeys } from '../store/registry.ts'
import { MAX_PER_MINUTE, newKey } from './new-key.ts'
import { ShownKey, shownKey } from './shown-key.ts'

export interface KeyRouteParts {
  readonly apiKeys: ApiKeys
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

const PATH = '/api/v1/keys'

const KeySchema = type({
  kind: enums(['publishable', 'secret']),
  events_per_minute: maybe(whole(0, MAX_PER_MINUTE)),
  analytics_per_minute: maybe(whole(0, MAX_PER_MINUTE)),
})
const MadeKey = assign(ShownKey, type({ key: string() }))
const made = (description: string) => ({ status: 201, description, body: MadeKey }) as const

export function createKeyRoutes(parts: KeyRouteParts): readonly Route[] {
  const access = 'secret'
  return [
    {
      method: 'GET',
      path: PATH,
      access,
      doc: {
        summary: 'List the keys of the project, revoked ones too',
        answer: {
          status: 200,
          description: 'The keys, oldest first',
          body: type({ data: listOf(ShownKey, 0, 10_000) }),
        },
      },
      handle: (ctx, key) => list(ctx, key, parts.apiKeys),
    },
    {
      method: 'POST',
      path: PATH,
      access,
      doc: { summary: 'Make a key', body: KeySchema, answer: made('The key, shown only now') },
      handle: (ctx, key) => create(ctx, key, parts),
    },
    {
      method: 'POST',
      path: `${PATH}/:id/rotate`,
      access,
      doc: {
        summary: 'Revoke a key and make its successor, of the same kind and limits',
        answer: made('The successor, shown only now'),
      },
      handle: (ctx, key) => rotate(ctx, key, parts),
    },
    {
      method: 'DELETE',
      path: `${PATH}/:id`,
      access,
      doc: { summary: 'Revoke a key for ever', answer: { status: 204, description: 'It opens nothing any more' } },
      handle: (ctx, key) => revoke(ctx, key, parts),
    },
  ]
}

async function list(ctx: Context, { projectId }: ApiKey, apiKeys: ApiKeys): Promise<void> {
  ctx.body = { data: (await apiKeys.list(projectId)).map(shownKey) }
}

async function create(ctx: Context, { projectId }: ApiKey, parts: KeyRouteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, KeySchema)
  if (!checked.ok) return answerError(ctx, checked)
  const { kind, events_per_minute = null, analytics_per_minute = null } = checked.value
  const limits = { eventsPerMinute: events_per_minute, analyticsPerMinute: analytics_per_minute }
  const { key, record } = newKey({ projectId, kind, ...limits }, parts.now(), parts.randomBytes)
  await parts.apiKeys.create(record)
  answerMade(ctx, key, record)
}

async function rotate(ctx: Context, { projectId }: ApiKey, parts: KeyRouteParts): Promise<void> {
  const id = pathParameter(ctx, 'id')
  const old = (await parts.apiKeys.list(projectId)).find((key) => key.id === id)
  if (old === undefined) return answerError(ctx, noSuchKey(id))
  const { key, record } = newKey(old, parts.now(), parts.randomBytes)
  if (!(await parts.apiKeys.replace(id, record))) return answerError(ctx, noSuchKey(id))
  answerMade(ctx, key, record)
}

async function revoke(ctx: Context, { projectId }: ApiKey, parts: KeyRouteParts): Promise<void> {
  const id = pathParameter(ctx, 'id')
  if (!(await parts.apiKeys.revoke(projectId, id, parts.now()))) return answerError(ctx, noSuchKey(id))
  ctx.status = 204
}

function answerMade(ctx: Context, key: string, record: ApiKey): void {
  ctx.status = 201
  ctx.body = { ...shownKey(record), key }
}

function noSuchKey(id: string) {
  return refuse('not_found', `The project has no valid key with the id ${id}`)
}

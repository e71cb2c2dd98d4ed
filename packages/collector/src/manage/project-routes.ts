import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { define, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { described, list, maybe, orNull, text, whole } from '../http/schema.ts'
import { MAX_RETENTION_DAYS, type Retention } from '../store/eraser.ts'
import type { ApiKey, Project, Projects } from '../store/registry.ts'

const PATH = '/api/v1/projects/current'
const MAX_ORIGINS = 100

/** Longest name of a project, in characters. */
const MAX_PROJECT_NAME_CHARACTERS = 200

const Origin = described(
  define<string>('origin', (value) => {
    const origin = typeof value === 'string' ? URL.parse(value)?.origin : undefined
    return (
      (origin !== undefined && origin !== 'null' && origin === value) ||
      'must be an origin as browsers send it, such as https://shop.example: scheme, host, and the port if it is unusual'
    )
  }),
  { type: 'string', examples: ['https://shop.example'] },
)
const Origins = orNull(list(Origin, 0, MAX_ORIGINS))

const RetentionDays = orNull(whole(1, MAX_RETENTION_DAYS))

const ShownProject = type({
  id: string(),
  name: string(),
  allowed_origins: Origins,
  retention_days: RetentionDays,
  created_at: string(),
})
const ProjectPatch = type({
  name: maybe(text(0, MAX_PROJECT_NAME_CHARACTERS)),
  allowed_origins: maybe(Origins),
  retention_days: maybe(RetentionDays),
})
const answer = {
  status: 200,
  description: 'The project. `allowed_origins` null: any. `retention_days` null: events are kept for ever',
  body: ShownProject,
} as const

export interface ProjectRouteParts {
  readonly projects: Projects
  readonly retention: Retention
}

/** The project that the key belongs to: another one it can't even name. */
export function createProjectRoutes(parts: ProjectRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: PATH,
      access: 'secret',
      doc: { summary: 'Get the project of the key', answer },
      handle: async (ctx, key) => {
        ctx.body = await shown(await own(key, parts), parts)
      },
    },
    {
      method: 'PATCH',
      path: PATH,
      access: 'secret',
      doc: {
        summary:
          'Rename the project, say whose pages may send events with a publishable key, or how long events are kept',
        body: ProjectPatch,
        answer,
      },
      handle: (ctx, key) => update(ctx, key, parts),
    },
  ]
}

async function update(ctx: Context, key: ApiKey, parts: ProjectRouteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, ProjectPatch)
  if (!checked.ok) return answerError(ctx, checked)
  const before = await own(key, parts)
  const { name = before.name, allowed_origins: allowedOrigins = before.allowedOrigins } = checked.value
  const project = { ...before, name, allowedOrigins }
  await parts.projects.update(project)
  const { retention_days: days } = checked.value
  if (days !== undefined) await parts.retention.set(project.id, days)
  ctx.body = await shown(project, parts)
}

async function own({ projectId }: ApiKey, { projects }: ProjectRouteParts): Promise<Project> {
  return (await projects.find(projectId)) as Project
}

async function shown({ id, name, allowedOrigins, createdAtMs }: Project, { retention }: ProjectRouteParts) {
  const rule = (await retention.list()).find(({ projectId }) => projectId === id)
  return {
    id,
    name,
    allowed_origins: allowedOrigins,
    retention_days: rule?.days ?? null,
    created_at: formatTimestamp(createdAtMs),
  }
}

import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { define, string, type } from 'superstruct'
import { answerError } from '../http/answer-error.ts'
import { checkBody, MAX_MANAGEMENT_BODY_BYTES } from '../http/check-body.ts'
import { readJson } from '../http/request-body.ts'
import type { Route } from '../http/route.ts'
import { described, list, maybe, orNull, text } from '../http/schema.ts'
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

const ShownProject = type({ id: string(), name: string(), allowed_origins: Origins, created_at: string() })
const ProjectPatch = type({ name: maybe(text(0, MAX_PROJECT_NAME_CHARACTERS)), allowed_origins: maybe(Origins) })
const answer = { status: 200, description: 'The project; `allowed_origins` null: any', body: ShownProject } as const

/** The project that the key belongs to: another one it can't even name. */
export function createProjectRoutes(projects: Projects): readonly Route[] {
  return [
    {
      method: 'GET',
      path: PATH,
      access: 'secret',
      doc: { summary: 'Get the project of the key', answer },
      handle: async (ctx, key) => {
        ctx.body = shown(await own(key, projects))
      },
    },
    {
      method: 'PATCH',
      path: PATH,
      access: 'secret',
      doc: {
        summary: 'Rename the project, or say whose pages may send events with a publishable key',
        body: ProjectPatch,
        answer,
      },
      handle: (ctx, key) => update(ctx, key, projects),
    },
  ]
}

async function update(ctx: Context, key: ApiKey, projects: Projects): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerError(ctx, body)
  const checked = checkBody(body.value, ProjectPatch)
  if (!checked.ok) return answerError(ctx, checked)
  const before = await own(key, projects)
  const { name = before.name, allowed_origins: allowedOrigins = before.allowedOrigins } = checked.value
  const project = { ...before, name, allowedOrigins }
  await projects.update(project)
  ctx.body = shown(project)
}

async function own({ projectId }: ApiKey, projects: Projects): Promise<Project> {
  return (await projects.find(projectId)) as Project
}

function shown({ id, name, allowedOrigins, createdAtMs }: Project) {
  return { id, name, allowed_origins: allowedOrigins, created_at: formatTimestamp(createdAtMs) }
}

import { ERROR_STATUS, type ErrorCode } from '@truecount/protocol'
import type { OpenRoute } from '../http/open-route.ts'
import type { Route } from '../http/route.ts'
import { type JsonSchema, jsonSchemaOf } from '../http/schema.ts'
import { SCOPES } from '../http/scopes.ts'
import { ERROR_MEANINGS } from './error-meanings.ts'

/** Version of the contract, not of the program. */
const API_VERSION = '1.0.0'

/** An OpenAPI 3.1 document; see {@link describeApi} for what is in it. */
export interface OpenApi {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: JsonSchema
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly security: readonly JsonSchema[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: JsonSchema
  readonly responses: Readonly<Record<string, { readonly description: string } & JsonSchema>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description: string
  readonly schema: JsonSchema
}

/** Describes every route from the table that serves it and the schemas that validate. */
export function describeApi(routes: readonly Route[], openRoutes: readonly OpenRoute[]): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {}
  const add = (path: string, method: string, operation: Operation) => {
    ;(paths[path.replace(/:(\w+)/g, '{$1}')] ??= {})[method.toLowerCase()] = operation
  }
  for (const route of routes) add(route.path, route.method, describeRoute(route))
  for (const { path, summary } of openRoutes) {
    add(path, 'get', {
      operationId: operationId('get', path),
      summary,
      security: [],
      responses: { 200: { description: summary }, 503: errorResponse(['unavailable']) },
    })
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Truecount collector',
      version: API_VERSION,
      description: 'Takes events once and counts them exactly.',
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A secret key, or where it may a publishable one' },
        key: { type: 'apiKey', in: 'query', name: 'key', description: 'A publishable key; a secret one is refused' },
      },
      schemas: { Error: errorSchema() },
    },
  }
}

function describeRoute({ method, path, access, quota, doc }: Route): Operation {
  const parameters = [...pathParameters(path), ...queryParameters(doc.query ?? {})]
  const limited = quota === undefined ? '' : `Counts as ${quota} of the key's minute. `
  return {
    operationId: operationId(method, path),
    summary: doc.summary,
    description: `${limited}Needs a ${SCOPES[access].join(' or ')} key.`,
    security: access === 'ingest' ? [{ bearer: [] }, { key: [] }] : [{ bearer: [] }],
    parameters,
    ...(doc.body === undefined ? {} : { requestBody: { required: true, content: json(jsonSchemaOf(doc.body)) } }),
    responses: {
      [doc.answer.status]: {
        description: doc.answer.description,
        ...(doc.answer.body === undefined ? {} : { content: json(jsonSchemaOf(doc.answer.body)) }),
      },
      ...errorResponses(errorsOf(method === 'POST' || doc.body !== undefined, path.includes(':'), quota !== undefined)),
    },
  }
}

function operationId(method: string, path: string): string {
  return `${method.toLowerCase()}_${path.split(/\W+/).filter(Boolean).join('_')}`
}

function pathParameters(path: string): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name: name as string,
    in: 'path',
    required: true,
    description: `The ${(name as string).replaceAll('_', ' ')}`,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: Readonly<Record<string, string>>): Parameter[] {
  const all = { ...query, project_id: 'The project of the key, which is the only one it may name' }
  return Object.entries(all).map(([name, description]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema: { type: 'string' },
  }))
}

function errorsOf(readsBody: boolean, hasPathParameter: boolean, isLimited: boolean): ErrorCode[] {
  return [
    'invalid_request',
    'unauthorized',
    'forbidden',
    ...(hasPathParameter ? (['not_found', 'conflict'] as const) : []),
    ...(readsBody ? (['request_timeout', 'payload_too_large', 'unsupported_media_type'] as const) : []),
    ...(isLimited ? (['batch_too_large', 'rate_limited'] as const) : []),
    'internal_error',
    'unavailable',
  ]
}

function errorResponses(errors: readonly ErrorCode[]): Operation['responses'] {
  const statuses = [...new Set(errors.map((error) => ERROR_STATUS[error]))]
  return Object.fromEntries(
    statuses.map((status) => [status, errorResponse(errors.filter((error) => ERROR_STATUS[error] === status))]),
  )
}

function errorResponse(codes: readonly ErrorCode[]) {
  const description = codes.map((code) => `\`${code}\`: ${ERROR_MEANINGS[code]}.`).join(' ')
  return { description, content: json({ $ref: '#/components/schemas/Error' }) }
}

function errorSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['error', 'message', 'code'],
    properties: {
      error: { type: 'string', enum: Object.keys(ERROR_STATUS) },
      message: { type: 'string' },
      code: { type: 'integer', description: 'The HTTP status' },
    },
  }
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } }
}

import type { Context } from 'koa'
import { refuse } from '../http/outcome.ts'
import { readLimit, readQuery } from '../http/query.ts'
import type { EventPages } from '../store/event-pages.ts'
import { answerFlatError } from './answer-flat-error.ts'
import { printEventOfUser, printFlatEvent } from './flat-event.ts'
import { MAX_PAGE_EVENTS, readInstant, readPage } from './flat-query.ts'
import type { EraseEvents, FlatRoute } from './flat-routes.ts'

export interface ListParts {
  readonly eventPages: EventPages
  readonly erase: EraseEvents
}

/** The routes that list events, and the one that deletes them. */
export function createListRoutes({ eventPages, erase }: ListParts): readonly FlatRoute[] {
  const list: FlatRoute['handle'] = (ctx, projectId) => answerList(ctx, projectId, eventPages)
  return [
    { method: 'GET', path: '/events', handle: list },
    { method: 'GET', path: '/events/total', handle: list },
    { method: 'GET', path: '/users/events', handle: (ctx, projectId) => answerUserEvents(ctx, projectId, eventPages) },
    { method: 'DELETE', path: '/events', handle: (ctx, projectId) => answerErasure(ctx, projectId, erase) },
  ]
}

async function answerList(ctx: Context, projectId: string, eventPages: EventPages): Promise<void> {
  const parameters = readQuery(ctx, ['page', 'limit'])
  if (!parameters.ok) return answerFlatError(ctx, parameters)
  const asked = readPage(parameters.value)
  if (!asked.ok) return answerFlatError(ctx, asked)
  const { page, limit } = asked.value
  const { events, total } = await eventPages.page(projectId, (page - 1) * limit, limit)
  answerPage(ctx, events.map(printFlatEvent), { page, limit, total })
}

async function answerUserEvents(ctx: Context, projectId: string, eventPages: EventPages): Promise<void> {
  const parameters = readQuery(ctx, ['user_id', 'limit'])
  if (!parameters.ok) return answerFlatError(ctx, parameters)
  const userId = parameters.value.user_id ?? ''
  if (userId === '') return answerFlatError(ctx, refuse('invalid_request', 'user_id is required'))
  const limit = readLimit(parameters.value.limit, MAX_PAGE_EVENTS, MAX_PAGE_EVENTS)
  if (!limit.ok) return answerFlatError(ctx, limit)
  const { events, total } = await eventPages.ofUser(projectId, userId, limit.value)
  answerPage(ctx, events.map(printEventOfUser), { page: 1, limit: limit.value, total })
}

function answerPage(ctx: Context, events: readonly string[], query: object): void {
  ctx.type = 'application/json'
  ctx.body = `{"data":[${events.join()}],"query":${JSON.stringify(query)}}`
}

async function answerErasure(ctx: Context, projectId: string, erase: EraseEvents): Promise<void> {
  const parameters = readQuery(ctx, ['before'])
  if (!parameters.ok) return answerFlatError(ctx, parameters)
  const before = readInstant('before', parameters.value.before)
  if (!before.ok) return answerFlatError(ctx, before)
  if (before.value === undefined) {
    return answerFlatError(ctx, refuse('invalid_request', 'before is required: an ISO 8601 date-time'))
  }
  ctx.body = { data: { deleted_events: await erase(projectId, before.value) } }
}

import type { Context } from 'koa'
import { MAX_BODY_BYTES } from '@truecount/protocol'
import { refuse } from '../http/outcome.ts'
import { readJson } from '../http/request-body.ts'
import { StoreError } from '../store/store-error.ts'
import { answerFlatError } from './answer-flat-error.ts'
import { flatMessage, printFlatEvent, readFlatEvent } from './flat-event.ts'
import type { FlatRoute, TakeEvents } from './flat-routes.ts'

export interface WriteParts {
  readonly take: TakeEvents
  /** Told of a store that can't take events. */
  readonly onFailure: (ctx: Context, error: unknown) => void
}

const MAX_EVENTS = 1_000

/** A thousand of the largest events, however their texts are escaped. */
const MAX_EVENTS_BYTES = 16 * MAX_BODY_BYTES

/** The routes that take events. They answer after the commit, never before. */
export function createWriteRoutes(parts: WriteParts): readonly FlatRoute[] {
  return [
    { method: 'POST', path: '/event', handle: (ctx, projectId) => takeOne(ctx, projectId, parts) },
    { method: 'POST', path: '/events', handle: (ctx, projectId) => takeMany(ctx, projectId, parts) },
  ]
}

async function takeOne(ctx: Context, projectId: string, { take }: WriteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_BODY_BYTES, alsoText: false })
  if (!body.ok) return answerFlatError(ctx, body)
  const read = readFlatEvent(body.value)
  if (!read.ok) return answerFlatError(ctx, refuse('invalid_request', read.message))
  const taken = await take(projectId, [read.value])
  if (!taken.ok) return answerFlatError(ctx, refuse('invalid_request', flatMessage(taken.message)))
  ctx.status = 201
  ctx.type = 'application/json'
  ctx.body = taken.events.map((event) => printFlatEvent({ ...event, metadata: event.metadataText })).join()
}

async function takeMany(ctx: Context, projectId: string, { take, onFailure }: WriteParts): Promise<void> {
  const body = await readJson(ctx, { maxBytes: MAX_EVENTS_BYTES, alsoText: false })
  if (!body.ok) return answerFlatError(ctx, body)
  const values: unknown = body.value
  if (!Array.isArray(values) || values.length === 0 || values.length > MAX_EVENTS) {
    const got = Array.isArray(values) ? `, got ${values.length}` : ''
    return answerFlatError(ctx, refuse('invalid_request', `Send a JSON array of 1 to ${MAX_EVENTS} events${got}`))
  }
  const refuseAt = (index: number, message: string) =>
    answerFlatError(ctx, refuse('invalid_request', `The event at index ${index}: ${message}. Nothing was stored`))
  const read = values.map((value) => readFlatEvent(value))
  for (const [index, event] of read.entries()) if (!event.ok) return refuseAt(index, event.message)
  try {
    const taken = await take(
      projectId,
      read.flatMap((event) => (event.ok ? event.value : [])),
    )
    if (!taken.ok) return refuseAt(taken.index, flatMessage(taken.message))
    ctx.status = 201
    ctx.body = { data: 'queued' }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    onFailure(ctx, error)
    ctx.status = 503
    ctx.body = { data: 'failed to queue' }
  }
}

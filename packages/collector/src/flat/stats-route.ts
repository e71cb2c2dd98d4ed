import type { Context } from 'koa'
import { type Outcome, refuse } from '../http/outcome.ts'
import { readLimit, readQuery } from '../http/query.ts'
import type { EventStats, PageCount, StatsSelection } from '../store/event-stats.ts'
import { answerFlatError } from './answer-flat-error.ts'
import { readInstant } from './flat-query.ts'
import type { FlatRoute } from './flat-routes.ts'

const PARAMETERS = ['from', 'to', 'type', 'limit'] as const
const INITIAL_PAGES = 3
const MAX_PAGES = 1_000

type Parameters = Readonly<Partial<Record<(typeof PARAMETERS)[number], string>>>

export function createStatsRoute(eventStats: EventStats): FlatRoute {
  return { method: 'GET', path: '/stats', handle: (ctx, projectId) => answerStats(ctx, projectId, eventStats) }
}

async function answerStats(ctx: Context, projectId: string, eventStats: EventStats): Promise<void> {
  const parameters = readQuery(ctx, PARAMETERS)
  if (!parameters.ok) return answerFlatError(ctx, parameters)
  const selection = readSelection(parameters.value)
  if (!selection.ok) return answerFlatError(ctx, selection)
  const limit = readLimit(parameters.value.limit, INITIAL_PAGES, MAX_PAGES)
  if (!limit.ok) return answerFlatError(ctx, limit)
  const { events, uniqueUsers, topPages } = await eventStats.stats({ projectId, ...selection.value }, limit.value)
  const query = JSON.stringify(echo(parameters.value, selection.value))
  ctx.type = 'application/json'
  ctx.body =
    `{"data":{"total_events":${events},"unique_users":${uniqueUsers},"top_pages":${printPages(topPages)}},` +
    `"query":${query}}`
}

type Selection = Omit<StatsSelection, 'projectId'>

function readSelection({ from, to, type }: Parameters): Outcome<Selection> {
  const [fromMs, toMs] = [readInstant('from', from), readInstant('to', to)]
  if (!fromMs.ok) return fromMs
  if (!toMs.ok) return toMs
  if (fromMs.value !== undefined && toMs.value !== undefined && fromMs.value > toMs.value) {
    return refuse('invalid_request', 'from must not be after to')
  }
  return {
    ok: true,
    value: {
      ...(fromMs.value === undefined ? {} : { fromMs: fromMs.value }),
      ...(toMs.value === undefined ? {} : { toMs: toMs.value }),
      ...(type === undefined ? {} : { eventName: type }),
    },
  }
}

function echo({ type, limit }: Parameters, { fromMs, toMs }: Selection) {
  return { from: printInstant(fromMs), to: printInstant(toMs), type, limit }
}

function printInstant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** By hand: an object would put pages that look like numbers first. */
function printPages(pages: readonly PageCount[]): string {
  return `{${pages.map(({ page, events }) => `${JSON.stringify(page)}:${events}`).join()}}`
}

import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { test } from 'vitest'
import { timeUuid } from '../../src/id/uuid.ts'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import type { LedgerBatch, LedgerEntry, SenderWord } from '../../src/store/ledger.ts'
import type { AskedStore } from './asked-store.ts'
import { anySteps, FIRST_MS, PROJECTS, type Sent, type Step } from './any-store-step.ts'
import { openTwoStores, type TwoStores } from './two-stores.ts'

const projectIds = Array.from({ length: PROJECTS }, (_, i) => timeUuid(FIRST_MS + i, randomBytes))

test('Blocks and segments answer everything as plain rows do, whatever is done in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const stores = await openTwoStores(projectIds)
      try {
        for (const [i, step] of steps.entries()) await take(stores, step, i)
        for (const step of LAST_LOOK) await take(stores, step, steps.length)
      } finally {
        await stores.remove()
      }
    }),
    {
      numRuns: Number(process.env['TRUECOUNT_RUNS'] ?? 60),
      interruptAfterTimeLimit: 100_000,
      markInterruptAsFailure: true,
    },
  )
}, 120_000)

const LAST_LOOK: readonly Step[] = projectIds.flatMap((_, project): Step[] => [
  { kind: 'series', project, name: undefined, edges: [-1e15, 0, 200, 5e15 + 1] },
  { kind: 'books', project },
  { kind: 'page', project, offset: 0, limit: 1_000 },
  { kind: 'stats', project, name: undefined, range: [undefined, undefined], pages: 9 },
  { kind: 'examine' },
  { kind: 'export' },
])

async function take(stores: TwoStores, step: Step, place: number): Promise<void> {
  switch (step.kind) {
    case 'ingest':
      return stores.same((store) => ingest(store, step.batches, place, stores.generation()))
    case 'erase before':
      await stores.same((store) => store.eraser.eraseBefore(idOf(step.project), FIRST_MS + step.at))
      return stores.nextGeneration()
    case 'erase user':
      return stores.same((store) => store.eraser.eraseUser(idOf(step.project), step.user))
    case 'seal':
    case 'reclaim':
    case 'reopen':
    case 'kill':
    case 'examine':
    case 'export':
      return stores[step.kind]()
    default:
      return stores.same((store) => ask(store, step))
  }
}

type Question = Extract<
  Step,
  { readonly kind: 'series' | 'books' | 'latest' | 'between' | 'page' | 'of user' | 'stats' }
>

async function ask(store: AskedStore, step: Question): Promise<unknown> {
  const projectId = idOf(step.project)
  const at = (ms: number) => FIRST_MS + ms
  switch (step.kind) {
    case 'series': {
      const edges = step.edges.map(at)
      const window = { fromMs: edges[0] as number, toMs: edges.at(-1) as number }
      const name = step.name === undefined ? {} : { eventName: step.name }
      return store.analytics.series({ projectId, ...name, ...window }, edges)
    }
    case 'books':
      return store.books.books(projectId)
    case 'latest':
      return store.eventList.latest(projectId, 10)
    case 'between':
      return walk(store, projectId, step)
    case 'page':
      return store.eventPages.page(projectId, step.offset, step.limit)
    case 'of user':
      return store.eventPages.ofUser(projectId, step.user, step.limit)
    case 'stats': {
      const [from, to] = step.range
      const name = step.name === undefined ? {} : { eventName: step.name }
      const window = {
        ...(from === undefined ? {} : { fromMs: at(from) }),
        ...(to === undefined ? {} : { toMs: at(to) }),
      }
      return store.eventStats.stats({ projectId, ...name, ...window }, step.pages)
    }
  }
}

/** All events of a range, some at a time. */
async function walk(store: AskedStore, projectId: string, { range, limit }: Extract<Step, { kind: 'between' }>) {
  const window = { fromMs: FIRST_MS + range[0], toMs: FIRST_MS + range[1] }
  const walked = []
  for (;;) {
    const some = await store.eventList.between(projectId, window, walked.at(-1), limit)
    walked.push(...some)
    if (some.length < limit) return walked
  }
}

/** Both stores get the same entries: what chance decides, it decides once. */
async function ingest(store: AskedStore, batches: readonly (readonly Sent[])[], place: number, generation: number) {
  const ledgerBatches = batches.map((batch, b): LedgerBatch => {
    const project = (batch[0] as Sent).project
    const entries = batch.map((sent, i) => {
      let seed = (place * 8 + b) * 32 + i + 1
      const bytes = (size: number) => Uint8Array.from({ length: size }, () => (seed = (seed * 48_271) % 2_147_483_647))
      return checkEvent(valueOf(sent, generation), {
        projectId: idOf(project),
        nowMs: FIRST_MS + place,
        randomBytes: bytes,
      }) satisfies LedgerEntry
    })
    return { projectId: idOf(project), entries, word: wordOf(batch, place) }
  })
  const planned: string[] = []
  const { verdicts, ids } = await store.ledger.ingest(ledgerBatches, (_, fresh) => {
    planned.push(...fresh.map(({ eventId }) => eventId))
    return []
  })
  return { verdicts, ids, planned }
}

/** What some senders say: clocks that are right, or off by less or more than is corrected. */
function wordOf(batch: readonly Sent[], place: number): SenderWord {
  const first = Math.abs((batch[0] as Sent).at)
  const sentAtMs = FIRST_MS + place + ([0, 2_000, -60_000, 60_000][first % 4] as number)
  return first % 5 === 0 ? {} : { sentAtMs, waiting: first % 3 }
}

function valueOf({ name, user, at, metadata, key }: Sent, generation: number): object {
  return {
    ...(name === undefined ? {} : { event_name: name }),
    ...(user === undefined ? {} : { user_id: user }),
    timestamp: new Date(FIRST_MS + at).toISOString(),
    metadata,
    ...(key === undefined ? {} : { idempotency_key: key.startsWith('tc1.') ? key : `${key}.${generation}` }),
  }
}

function idOf(project: number): string {
  return projectIds[project] as string
}

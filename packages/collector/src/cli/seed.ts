import { setImmediate as afterTurn } from 'node:timers/promises'
import { formatLaneKey, type JsonObject } from '@truecount/protocol'
import { nameUuid } from '../id/uuid.ts'
import { createRandomName } from '../random-name.ts'
import type { LedgerEntry } from '../store/ledger.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import { createProgressBar } from './progress-bar.ts'
import { addProject } from './projects.ts'
import { createSeededRandom } from './seeded-random.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withNewStore } from './with-store.ts'

/** Events a transaction. */
const EVENTS_A_STEP = 1_000
const NAMES_A_STEP = 10_000

/** Events lie in this span, so that the same seed gives the same events on any day. */
const FIRST_MS = Date.UTC(2025, 0, 1)
const SPAN_MS = 90 * 86_400_000

const TYPES = ['page_view', 'click', 'scroll', 'search', 'login', 'logout', 'signup', 'purchase'] as const

const PAGES = (
  '/ /home /login /logout /registration /dashboard /profile /settings /search /help /product/list /product/view /cart ' +
  '/cart/add /cart/remove /checkout /order/create /payment/complete /notifications/read /notifications/sent'
).split(' ')

const REFERRERS = ['https://google.com', 'https://duckduckgo.com', 'https://news.ycombinator.com'] as const

interface Wish {
  readonly events: number
  readonly users: number
  readonly seed: number
}

/** `truecount seed`: fills a database with events as a site has them. The same wish again stores nothing new. */
export async function seed(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const wish = {
    events: wholeOf(flags['events'], 100_000),
    users: wholeOf(flags['users'], 100),
    seed: wholeOf(flags['seed'], 1),
  }
  const wrong = Object.entries(wish).find(([, value]) => Number.isNaN(value))
  if (wrong !== undefined) {
    terminal.err(`--${wrong[0]} must be a whole number from 1, got ${String(flags[wrong[0]])}\n`)
    return EXIT.usage
  }
  return withNewStore(flags, terminal, async (store) => {
    const { id: projectId } = (await store.projects.first()) ?? (await addProject(store, ''))
    const startedMs = performance.now()
    const stored = await seedProject(store, projectId, wish, terminal)
    const seconds = Math.max(0.001, (performance.now() - startedMs) / 1000)
    const rate = Math.round(stored / seconds)
    terminal.out(
      flags['json']
        ? `${JSON.stringify({ project_id: projectId, stored, events_per_second: rate })}\n`
        : `Stored ${stored} events of ${wish.users} users, ${rate} a second\n`,
    )
    return terminal.ending.aborted ? EXIT.failed : EXIT.ok
  })
}

/** Resolves with how many events were stored. */
async function seedProject(store: Store, projectId: string, wish: Wish, terminal: Terminal): Promise<number> {
  const userIds = await makeUsers(store, projectId, wish)
  const bar = createProgressBar(terminal, 'stored', Date.now)
  const nextEvent = createEvents(projectId, userIds, wish.seed)
  let stored = 0
  for (let done = 0; done < wish.events && !terminal.ending.aborted;) {
    const entries = Array.from({ length: Math.min(EVENTS_A_STEP, wish.events - done) }, nextEvent)
    const { verdicts } = await store.ledger.ingest([{ projectId, entries }], () => [])
    stored += verdicts.flat().filter((verdict) => verdict === 'stored').length
    done += entries.length
    bar.show(done, wish.events)
    // The store answers within the turn: without this no signal would ever be heard.
    await afterTurn()
  }
  bar.end()
  return stored
}

/** Makes the users that are not there yet, and returns the ids of as many as were wished for. */
async function makeUsers(store: Store, projectId: string, { users, seed: number }: Wish): Promise<readonly number[]> {
  const ids = [...(await store.users.oldest(projectId, users))]
  const newName = createRandomName(createSeededRandom(number))
  while (ids.length < users) {
    const names = Array.from({ length: Math.min(NAMES_A_STEP, users - ids.length) }, newName)
    ids.push(...(await store.users.create(projectId, names)))
  }
  return ids
}

/** Events in the order in which they happened to arrive: each anywhere in the span. */
function createEvents(projectId: string, userIds: readonly number[], seedNumber: number): () => LedgerEntry {
  const random = createSeededRandom(seedNumber)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const lane = `seed${String(seedNumber).padStart(12, '0')}`
  let seq = 0
  return () => {
    seq += 1
    const eventId = nameUuid(projectId, formatLaneKey(lane, seq))
    const metadata: JsonObject = { page: pick(PAGES), referrer: pick(REFERRERS) }
    const timestampMs = FIRST_MS + Math.floor(random() * SPAN_MS)
    const facts = { eventName: pick(TYPES), userId: String(pick(userIds)), timestampMs, receivedAtMs: timestampMs }
    return {
      kind: 'event',
      eventId,
      key: { kind: 'lane', lane, seq },
      event: { eventId, ...facts, metadata, metadataText: JSON.stringify(metadata), drops: {} },
    }
  }
}

/** NaN for what is no whole number from 1. */
function wholeOf(flag: string | boolean | undefined, initial: number): number {
  if (flag === undefined) return initial
  return /^[1-9]\d{0,9}$/.test(String(flag)) ? Number(flag) : Number.NaN
}

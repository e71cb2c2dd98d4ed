import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom, type ReceivedDelivery, startWebhookSink, type WebhookSink } from '@truecount/testkit'
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest'
import { type Collector, makeKey, runCommand, serve } from '../crash-load.ts'
import { createKeyedSenders } from './keyed-senders.ts'
import { makeEvents, matchingPairs, PATHS, RULES } from './matching-events.ts'

/** `TRUECOUNT_WEBHOOK_EVENTS=20000 TRUECOUNT_KILLS=20 TRUECOUNT_SEED=1` repeats a whole run. */
const EVENTS = Number(process.env['TRUECOUNT_WEBHOOK_EVENTS'] ?? 2_000)
const KILLS = Number(process.env['TRUECOUNT_KILLS'] ?? 5)
const SEED = Number(process.env['TRUECOUNT_SEED'] ?? Date.now() % 1_000_000)
const LONGEST_LIFE_MS = 600
const FAILED = 0.1
const CUT = 0.05
/** Longer than the lease of what was under way at the last kill. */
const DRAIN_MS = 60_000 + EVENTS * 10

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truecount-webhooks-'))
  onTestFailed(() => {
    console.error(`TRUECOUNT_SEED=${SEED} TRUECOUNT_KILLS=${KILLS} TRUECOUNT_WEBHOOK_EVENTS=${EVENTS} repeats this run`)
  })
})
afterEach(() => rm(folder, { recursive: true }))

async function call<T>(url: string, key: string, path: string, body: object): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T
}

interface Made {
  readonly webhookIds: readonly string[]
  /** In the order of `RULES`. */
  readonly ruleIds: readonly string[]
}

/** Webhooks for each path, and the rules. */
async function makeRules({ url }: Collector, key: string, sink: WebhookSink): Promise<Made> {
  const webhooks = new Map<string, string>()
  for (const path of PATHS) {
    const { id } = await call<{ id: string }>(url, key, '/api/v1/webhooks', { url: sink.url + path, events: [] })
    webhooks.set(path, id)
  }
  const ruleIds: string[] = []
  for (const [i, { conditions, paths }] of RULES.entries()) {
    const actions = paths.map((path) => ({ type: 'webhook', webhook_id: webhooks.get(path) }))
    const rule = { name: `rule ${i}`, conditions, actions }
    ruleIds.push((await call<{ id: string }>(url, key, '/api/v1/rules', rule)).id)
  }
  return { webhookIds: [...webhooks.values()], ruleIds }
}

/** Every pair of an event and a webhook that the rules make of what is stored, as `matchingPairs` has them. */
async function backtestedPairs({ url }: Collector, key: string, { ruleIds }: Made): Promise<Set<string>> {
  const pairs = new Set<string>()
  for (const [i, { paths }] of RULES.entries()) {
    const path = `/api/v1/rules/${ruleIds[i]}/backtest`
    const answer = await call<{ event_ids: string[]; complete: boolean }>(url, key, path, { limit: 100_000 })
    expect(answer.complete).toBe(true)
    for (const id of answer.event_ids) for (const to of paths) pairs.add(`${id} ${to}`)
  }
  return pairs
}

function pairOf({ path, payload }: ReceivedDelivery): string {
  return `${(payload as { event_id: string }).event_id} ${path}`
}

/** Deliveries in the file, by their state. */
function statesOf(db: string): Record<string, number> {
  const database = new DatabaseSync(db, { readOnly: true })
  const rows = database.prepare('SELECT state, count(*) AS count FROM delivery GROUP BY state').all()
  database.close()
  return Object.fromEntries((rows as { state: string; count: number }[]).map(({ state, count }) => [state, count]))
}

test(
  'Killed while ingesting and delivering to a receiver that fails, it delivers exactly what the rules match',
  { timeout: 120_000 + KILLS * 8_000 + DRAIN_MS },
  async () => {
    const db = join(folder, 'webhooks.db')
    const key = await makeKey(db)
    const random = createRandom(SEED)
    const events = makeEvents(EVENTS, random)
    const taken: ReceivedDelivery[] = []
    const sink = await startWebhookSink({
      answer(delivery) {
        const chance = random()
        if (chance < FAILED) return { kind: 'status', code: 500 }
        if (chance < FAILED + CUT) return { kind: 'drop' }
        taken.push(delivery)
        return { kind: 'status', code: 204 }
      },
    })
    const senders = createKeyedSenders()
    const atWork = ({ acknowledged, delivered }: { acknowledged: number; delivered: number }) =>
      senders.eventIds.size > acknowledged && taken.length > delivered
    let made: Made | undefined
    let livesAtWork = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const collector = await serve(db)
      made ??= await makeRules(collector, key, sink)
      const before = { acknowledged: senders.eventIds.size, delivered: taken.length }
      const share = events.slice(Math.floor((EVENTS * kill) / KILLS), Math.floor((EVENTS * (kill + 1)) / KILLS))
      const sending = senders.send(collector.url, key, share)
      // Every second one is known to be at work, the others are killed whenever it may be.
      const due = () => kill % 2 === 1 || atWork(before)
      await expect.poll(due, { timeout: 30_000, interval: 5 }).toBe(true)
      await wait(random() * LONGEST_LIFE_MS)
      expect(await collector.child.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
      await sending
      if (atWork(before)) livesAtWork += 1
    }
    expect(livesAtWork).toBeGreaterThanOrEqual(KILLS / 2)

    const last = await serve(db)
    await senders.send(last.url, key, events)
    expect(senders.strange).toEqual([])
    expect(senders.eventIds.size).toBe(EVENTS)
    const wanted = matchingPairs(events, senders.eventIds)
    // What failed is due in minutes or hours: asked for again, it is due now.
    const drained = async () => {
      for (const id of made?.webhookIds ?? []) {
        await call(last.url, key, `/api/v1/webhooks/${id}/redeliver`, { from: '2000-01-01' })
      }
      return statesOf(db)
    }
    await expect.poll(drained, { timeout: DRAIN_MS, interval: 500 }).toEqual({ delivered: wanted.size })

    expect(new Set(taken.map(pairOf))).toEqual(wanted)
    expect(await backtestedPairs(last, key, made as Made)).toEqual(wanted)
    const pairsById = new Map(sink.deliveries.map((one) => [String(one.headers['webhook-id']), pairOf(one)]))
    expect(sink.deliveries.filter((one) => pairsById.get(String(one.headers['webhook-id'])) !== pairOf(one))).toEqual(
      [],
    )
    expect(pairsById.size).toBe(wanted.size)
    expect(new Set(taken.map(({ headers }) => headers['webhook-id'])).size).toBe(wanted.size)
    expect(await last.child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect((await runCommand('doctor', '--db', db)).code).toBe(0)
    await sink.stop()
    const again = taken.length - wanted.size
    console.log(
      `${EVENTS} events, ${KILLS} kills (${livesAtWork} at work), ${wanted.size} deliveries in ${sink.deliveries.length} attempts, ${again} taken again, seed ${SEED}`,
    )
  },
)

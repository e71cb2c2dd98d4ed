import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createRandom } from '@truecount/testkit'
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest'
import { createLoad, type Load, makeKey, runCommand, serve } from './crash-load.ts'

/** `TRUECOUNT_KILLS=50 TRUECOUNT_SEED=1` repeats a long run. */
const KILLS = Number(process.env['TRUECOUNT_KILLS'] ?? 5)
const SEED = Number(process.env['TRUECOUNT_SEED'] ?? Date.now() % 1_000_000)
const LONGEST_LIFE_MS = 600
const SENDERS = 6

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truecount-crash-'))
  onTestFailed(() => console.error(`TRUECOUNT_SEED=${SEED} TRUECOUNT_KILLS=${KILLS} repeats this run`))
})
afterEach(() => rm(folder, { recursive: true }))

/** What is wrong with the events of a file: an acknowledged one that is missing, an id that stands twice. */
async function faultsOf(db: string, { acknowledged }: Load): Promise<{ missing: string[]; twice: number }> {
  const exported = join(folder, 'exported.ndjson')
  await rm(exported, { force: true })
  expect(await runCommand('export', '--db', db, '--to', exported)).toMatchObject({ code: 0 })
  const lines = (await readFile(exported, 'utf8')).split('\n').filter((line) => line !== '')
  const stored = new Set(lines.map((line) => (JSON.parse(line) as { event_id: string }).event_id))
  const missing = [...acknowledged].filter(([, id]) => !stored.has(id)).map(([name]) => name)
  return { missing, twice: lines.length - stored.size }
}

test.each(['process', 'power'])(
  `Killed at random instants under load with durability %s, no acknowledged event is missing and none is there twice`,
  { timeout: 60_000 + KILLS * 6_000 },
  async (durability) => {
    const db = join(folder, 'crash.db')
    const key = await makeKey(db)
    const random = createRandom(SEED)
    const load = createLoad(SENDERS)
    let before = 0
    let idleRounds = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const { child, url } = await serve(db, '--durability', durability)
      const sending = load.send(url, key, new AbortController().signal)
      // Every second one is known to be at work, the others are killed whenever it may be.
      await expect.poll(() => kill % 2 === 0 || load.acknowledged.size > before, { timeout: 30_000 }).toBe(true)
      await wait(random() * LONGEST_LIFE_MS)
      expect(await child.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
      await sending
      expect({ kill, ...(await faultsOf(db, load)) }).toMatchObject({ kill, missing: [], twice: 0 })
      if (load.acknowledged.size === before) idleRounds += 1
      before = load.acknowledged.size
    }
    // Half of the kills at least hit a collector at work, or nothing was shown.
    expect(idleRounds).toBeLessThanOrEqual(KILLS / 2)

    const { child, url } = await serve(db)
    await load.send(url, key)
    expect(await child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(await faultsOf(db, load)).toMatchObject({ missing: [], twice: 0 })
    expect(load.strange).toEqual([])
    const doctor = await runCommand('doctor', '--db', db, '--json')
    expect(doctor.code).toBe(0)
    console.log(`${KILLS} kills (${durability}), ${load.acknowledged.size} acknowledged, seed ${SEED}`)
  },
)

test('SIGTERM under load ends it with 0: what is under way is answered, and all that was acknowledged is there', async () => {
  const db = join(folder, 'term.db')
  const key = await makeKey(db)
  const load = createLoad(SENDERS)
  const { child, url } = await serve(db)
  const sending = load.send(url, key, new AbortController().signal)
  await expect.poll(() => load.acknowledged.size).toBeGreaterThan(200)
  expect(await child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  await sending
  expect(load.strange).toEqual([])
  expect(await faultsOf(db, load)).toMatchObject({ missing: [], twice: 0 })
  expect(child.output()).toContain('"msg":"stopped"')

  const again = await serve(db)
  expect(again.child.output()).not.toContain('first start')
  await load.send(again.url, key)
  expect(await again.child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect((await runCommand('doctor', '--db', db)).code).toBe(0)
})

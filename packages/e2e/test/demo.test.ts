import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import type { NodeChild } from '@truecount/testkit'
import { afterEach, beforeEach, describe, expect, onTestFailed, test } from 'vitest'

const DEMO = fileURLToPath(new URL('../../../examples/demo/src/main.ts', import.meta.url))
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
const WAIT_MS = 60_000
const DB_PATH = /on the file (.+)$/

/** What a replay of {@link writeLog}'s file and the demo's own two purchases come to. */
const LOG_EVENTS = 300
const PURCHASES = 2
const MATCHING = 3

let folder: string
let log: string
let running: NodeChild[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truecount-e2e-'))
  log = join(folder, 'log.ndjson')
  running = []
  await writeLog()
})

afterEach(async () => {
  // SIGTERM, not SIGKILL: the demo ends the processes that it started.
  await Promise.all(running.map((demo) => demo.kill('SIGTERM')))
  await rm(folder, { recursive: true })
})

/** Two years of events, some without a user; two of them match the rule, and one with exactly 500 doesn't. */
async function writeLog(): Promise<void> {
  const names = ['page_view', 'search', 'purchase_completed']
  const lines = Array.from({ length: LOG_EVENTS }, (_, i) => {
    const amount = [9, 500, 49][i % 3]
    return JSON.stringify({
      event_name: names[i % names.length],
      ...(i % 4 === 0 ? {} : { user_id: `user-${i % 7}` }),
      timestamp: new Date(Date.UTC(2023, 0, 1) + i * 2.5 * 86_400_000).toISOString(),
      metadata: { amount: i === 101 || i === 200 ? 501 : amount, note: 'line\u2028separator' },
    })
  })
  await writeFile(log, `${lines.join('\n')}\n`)
}

interface Place {
  /** Where the user stands. */
  readonly cwd: string
}

function startDemo({ cwd }: Place, ...args: string[]): NodeChild {
  const demo = startNodeChild(DEMO, { args, cwd, env: { INIT_CWD: cwd, TMPDIR: folder } })
  running.push(demo)
  onTestFailed(() => console.error(demo.output()))
  return demo
}

async function runToEnd(place: Place, ...args: string[]) {
  const demo = startDemo(place, ...args)
  const { code } = await demo.exited
  return { code, output: demo.output() }
}

/** What a run says at its end: its exit code and the figures that it printed. */
function readBooks({ code, output }: { code: number | null; output: string }) {
  const figure = (name: string) => Number(new RegExp(`^ {2}${name} +(\\d+)`, 'm').exec(output)?.[1])
  return {
    code,
    closed: output.includes('The books close.'),
    tracked: figure('tracked'),
    captured: figure('captured'),
    stored: figure('stored'),
    rejected: figure('rejected'),
    dropped: figure('dropped'),
    missing: figure('missing'),
    waiting: figure('waiting'),
    verified: figure('webhooks verified'),
  }
}

function closedBooks(events: number, verified: number): ReturnType<typeof readBooks> {
  const counts = { tracked: events, captured: events, stored: events, verified }
  return { code: 0, closed: true, ...counts, rejected: 0, dropped: 0, missing: 0, waiting: 0 }
}

describe('the demo closes its books', () => {
  test('every event of a replayed log is stored once, and the rule fires once for each that matches', async () => {
    const run = await runToEnd({ cwd: folder }, '--once', '--log', log)
    expect(readBooks(run)).toEqual(closedBooks(LOG_EVENTS + PURCHASES, MATCHING))
  })

  test('no event is lost and none counted twice when the collector is killed halfway', async () => {
    const run = await runToEnd({ cwd: folder }, '--once', '--kill', '--log', log)
    expect(run.output).toContain('SIGKILL to the collector')
    expect(run.output).toContain('The collector died (SIGKILL)')
    expect(run.output).toContain('The collector is back')
    expect(readBooks(run)).toEqual(closedBooks(LOG_EVENTS + PURCHASES, MATCHING))
  })

  test('a collector killed from outside is started again on the same file and port', async () => {
    const demo = startDemo({ cwd: folder }, '--log', log)
    const address = /The collector listens at (\S+) as process (\d+)/
    const [, , pid] = address.exec(await demo.waitForLine(address, WAIT_MS)) as RegExpExecArray
    await demo.waitForLine(/Ctrl-C closes the books/, WAIT_MS)
    process.kill(Number(pid), 'SIGKILL')
    await demo.waitForLine(/The collector is back/, WAIT_MS)
    const { code } = await demo.kill('SIGINT')
    expect(readBooks({ code, output: demo.output() })).toEqual(closedBooks(LOG_EVENTS + PURCHASES, MATCHING))
  })

  test('a line that is no event is named by its number, and the rest goes on', async () => {
    await appendFile(log, '{"event_name":"torn\n{"event_name":"late","timestamp":"2999-01-01T00:00:00Z"}\n\n')
    await appendFile(log, '{"event_name":"fine","timestamp":"2024-02-29T00:00:00+01:00"}')
    const run = await runToEnd({ cwd: folder }, '--once', '--log', log)
    expect(run.output).toContain(`Line ${LOG_EVENTS + 1} of the log is left out: not JSON`)
    expect(run.output).toContain(`Line ${LOG_EVENTS + 2} of the log is left out: timestamp`)
    expect(run.output).toContain('2 bad lines of the log left out')
    expect(readBooks(run)).toEqual(closedBooks(LOG_EVENTS + 1 + PURCHASES, MATCHING))
  })

  test('without a git history it says so and replays the sample', async () => {
    const run = await runToEnd({ cwd: folder }, '--once')
    expect(run.output).toMatch(/the sample log, because there is no git history to replay: .*not a git repository/)
    expect(readBooks(run)).toEqual(closedBooks(200 + PURCHASES, 1))
  })

  test('a shallow clone is no history: it says so and replays the sample', async () => {
    commitTwice(join(folder, 'origin'))
    git(folder, 'clone', '--quiet', '--depth=1', `file://${join(folder, 'origin')}`, 'shallow')
    const run = await runToEnd({ cwd: join(folder, 'shallow') }, '--once')
    expect(run.output).toContain('the sample log, because there is no git history to replay: the clone is shallow')
    expect(readBooks(run)).toEqual(closedBooks(200 + PURCHASES, 1))
  })

  test('a git history is replayed whole, and no author, address, subject or path is in what it sends', async () => {
    const repository = join(folder, 'origin')
    commitTwice(repository)
    const demo = startDemo({ cwd: repository })
    const [, dbPath = ''] = DB_PATH.exec(await demo.waitForLine(DB_PATH, WAIT_MS)) as RegExpExecArray
    await demo.waitForLine(/Ctrl-C closes the books/, WAIT_MS)
    const { code } = await demo.kill('SIGINT')
    expect(demo.output()).toMatch(/ 2 = 2 +commit, /)
    expect(demo.output()).toMatch(/ 3 = 3 +file_changed, /)
    expect(readBooks({ code, output: demo.output() })).toEqual(closedBooks(5 + PURCHASES, 1))
    const database = await readFile(dbPath, 'latin1')
    expect(database).toContain('subject_length')
    for (const secret of ['Ada', 'ada@example.com', 'Unspeakable', 'hidden']) expect(database).not.toContain(secret)
  })

  test.skipIf(!existsSync(CHROMIUM))('clicks in Chromium are stored once, those made while leaving too', async () => {
    const run = await runToEnd({ cwd: folder }, '--once', '--browse', '--kill', '--log', log)
    expect(run.output).toContain('Chromium clicked 7 times')
    expect(readBooks(run)).toEqual(closedBooks(LOG_EVENTS + PURCHASES + 7, MATCHING + 1))
    expect(run.output).toMatch(/2 = 2 +checkout_left, made by this demo/)
  })
})

describe('the demo does not close books that are off', () => {
  test('an event in the log that was never tracked', async () => {
    const demo = startDemo({ cwd: folder }, '--log', log)
    await demo.waitForLine(/Ctrl-C closes the books/, WAIT_MS)
    await appendFile(log, '{"event_name":"search","timestamp":"2023-06-01T00:00:00Z"}\n')
    const { code } = await demo.kill('SIGINT')
    expect(demo.output()).toContain('The books do not close')
    expect(demo.output()).toMatch(/^ {2}search, .*: the collector counts \d+, and it is \d+$/m)
    expect(code).toBe(1)
  })

  test('a stored event that is gone from the database', async () => {
    const demo = startDemo({ cwd: folder }, '--log', log)
    const [, dbPath = ''] = DB_PATH.exec(await demo.waitForLine(DB_PATH, WAIT_MS)) as RegExpExecArray
    await demo.waitForLine(/Ctrl-C closes the books/, WAIT_MS)
    removeOneEvent(dbPath)
    const { code } = await demo.kill('SIGINT')
    expect(demo.output()).toContain('The books do not close')
    expect(demo.output()).toMatch(/^ {2}page_view, .*: the collector counts \d+, and it is \d+$/m)
    expect(code).toBe(1)
  })
})

describe('the demo says what is wrong with its arguments', () => {
  test('an unknown flag', async () => {
    const { code, output } = await runToEnd({ cwd: folder }, '--twice')
    expect(output).toContain("Unknown option '--twice'")
    expect(output).toContain('--help')
    expect(code).toBe(2)
  })

  test('a log that is not there', async () => {
    const { code, output } = await runToEnd({ cwd: folder }, '--once', '--log', 'nowhere.ndjson')
    expect(output).toContain('nowhere.ndjson')
    expect(code).toBe(1)
  })

  test('a log without an event', async () => {
    await writeFile(log, '\n{}\n')
    const { code, output } = await runToEnd({ cwd: folder }, '--once', '--log', log)
    expect(output).toContain('There is no usable event in')
    expect(code).toBe(1)
  })
})

/** A repository of two commits: two files, then one of them again. */
function commitTwice(repository: string): void {
  git(folder, 'init', '--quiet', repository)
  for (const [i, files] of [['hidden.txt', 'src/hidden.ts'], ['hidden.txt']].entries()) {
    mkdirSync(join(repository, 'src'), { recursive: true })
    for (const file of files) writeFileSync(join(repository, file), `${i}\n`)
    git(repository, 'add', '.')
    git(repository, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '-qm', 'Unspeakable')
  }
}

function git(cwd: string, ...args: string[]): void {
  execFileSync('git', args, { cwd, stdio: 'pipe' })
}

/** Hides the first event as a deletion would, and books none. */
function removeOneEvent(dbPath: string): void {
  const database = new DatabaseSync(dbPath, { timeout: 10_000 })
  const hide = `INSERT INTO erasure (project, up_to, before) SELECT min(id), 1, 9e15 FROM project`
  const { changes } = database.prepare(hide).run()
  database.exec('UPDATE storage SET layout = layout + 1')
  database.close()
  expect(changes).toBe(1)
}

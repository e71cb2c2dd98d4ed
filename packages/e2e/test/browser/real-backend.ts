import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startFaultyProxy, startNodeChild } from '@truecount/testkit'
import type { Backend, Tally } from './backend.ts'

const START_MS = 30_000

/**
 * A backend that is the built collector behind a network that fails as it is told: a process of its own, on a file of
 * its own, killed when it goes down.
 */
export async function startRealBackend(): Promise<Backend> {
  const command = await collectorCommand()
  const folder = await mkdtemp(join(tmpdir(), 'truecount-collector-'))
  const start = (port: string) =>
    startNodeChild(command, { args: ['serve', '--db', join(folder, 'truecount.db'), '--port', port] })
  let child = start('0')
  const keys = JSON.parse(await child.waitForLine(/"secret_key"/, START_MS)) as ShownKeys
  const { url } = JSON.parse(await child.waitForLine(/"listening"/, START_MS)) as { url: string }
  const secretKey = await makeUnlimitedKey(url, keys.secret_key)
  const proxy = await startFaultyProxy(url)
  return {
    url: proxy.url,
    key: keys.publishable_key,
    async goDown() {
      await proxy.goDown()
      await child.kill('SIGKILL')
    },
    async comeBack() {
      child = start(new URL(url).port)
      await child.waitForLine(/"listening"/, START_MS)
      await proxy.comeBack()
    },
    setFaults: (faults) => proxy.setFaults(faults),
    tally: (last) => readTally(url, secretKey, last),
    async stop() {
      await proxy.stop()
      await child.kill('SIGTERM')
      await rm(folder, { recursive: true })
    },
  }
}

interface ShownKeys {
  readonly publishable_key: string
  readonly secret_key: string
}

interface Books {
  readonly captured: number
  readonly stored: number
  readonly duplicates_prevented: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
}

/** A scenario asks for the counts until they are what it waits for. */
async function makeUnlimitedKey(url: string, secretKey: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'secret', analytics_per_minute: 0 }),
  })
  return ((await response.json()) as { key: string }).key
}

async function readTally(url: string, secretKey: string, last: number): Promise<Tally> {
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/analytics/${path}`, {
      headers: { authorization: `Bearer ${secretKey}` },
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const { count } = (await ask('events?event_name=step&period=2d')) as { count: number }
  const books = (await ask('delivery')) as Books
  if (books.captured !== books.stored + books.rejected + books.dropped + books.missing) {
    throw new Error(`The books do not close: ${JSON.stringify(books)}`)
  }
  return {
    lost: Math.max(0, last - count) + books.rejected,
    doubled: Math.max(0, count - last),
    missing: books.missing,
    dropped: books.dropped,
    repeated: books.duplicates_prevented,
  }
}

async function collectorCommand(): Promise<string> {
  const manifest = fileURLToPath(import.meta.resolve('@truecount/collector/package.json'))
  const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { bin: { truecount: string } }
  return join(manifest, '..', bin.truecount)
}

import { fileURLToPath } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import type { NodeChild } from '@truecount/testkit'

/** The built command. */
const COMMAND = fileURLToPath(new URL('../../collector/bin/truecount.js', import.meta.url))
const WAIT_MS = 30_000

export async function runCommand(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = startNodeChild(COMMAND, { args })
  const { code } = await child.exited
  return { code, output: child.output() }
}

export interface Collector {
  readonly child: NodeChild
  readonly url: string
}

export async function serve(db: string, ...args: string[]): Promise<Collector> {
  const child = startNodeChild(COMMAND, { args: ['serve', '--db', db, '--port', '0', ...args] })
  const { url } = JSON.parse(await child.waitForLine(/"msg":"listening"/, WAIT_MS)) as { url: string }
  return { child, url }
}

/** A key without limits. */
export async function makeKey(db: string, kind: 'publishable' | 'secret' = 'secret'): Promise<string> {
  const limits = ['--events-per-minute', '0', '--analytics-per-minute', '0']
  const { output } = await runCommand('keys', 'create', '--db', db, '--kind', kind, ...limits, '--json')
  return (JSON.parse(output) as { key: string }).key
}

interface Sent {
  readonly event_name: string
  readonly idempotency_key?: string
}

/** What senders were told, and what they still have to send. */
export interface Load {
  /** Ids of acknowledged events, one for each key, and one for each acknowledgement of an event without a key. */
  readonly acknowledged: Map<string, string>
  /** Answers that are neither a 2xx nor a broken connection. */
  readonly strange: string[]
  /** Sends until `until` aborts or, without one, until nothing is left of what was sent before. */
  send(url: string, key: string, until?: AbortSignal): Promise<void>
}

/** Senders that each have a lane, keys of their own and events without a key; what was not acknowledged they send again. */
export function createLoad(senders: number): Load {
  const acknowledged = new Map<string, string>()
  const strange: string[] = []
  const waiting: Sent[][] = Array.from({ length: senders }, () => [])
  let made = 0

  function nextBatch(sender: number): Sent[] {
    const lane = `sender-${sender}`.padEnd(16, '-')
    return Array.from({ length: 1 + (made % 7) }, () => {
      made += 1
      if (made % 5 === 0) return { event_name: 'without' }
      return { event_name: 'keyed', idempotency_key: made % 3 === 0 ? `order-${made}` : `tc1.${lane}.${made}` }
    })
  }

  async function sendBatch(url: string, key: string, batch: readonly Sent[]): Promise<boolean> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/events/batch`, { method: 'POST', headers, body: JSON.stringify(batch) })
    const text = await answer.text()
    if (answer.status !== 202) {
      strange.push(`${answer.status} ${text}`)
      return false
    }
    const { results } = JSON.parse(text) as { results: { event_id: string; duplicate?: boolean }[] }
    results.forEach(({ event_id: id }, i) => {
      const name = batch[i]?.idempotency_key ?? id
      const before = acknowledged.get(name)
      if (before !== undefined && before !== id) strange.push(`${name} was ${before} and is ${id}`)
      acknowledged.set(name, id)
    })
    return true
  }

  async function runSender(sender: number, url: string, key: string, until: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const left = waiting[sender] as Sent[]
      if (until === undefined ? left.length === 0 : until.aborted) return
      // An event without a key can't be known again: to repeat it would be to store another one.
      const batch = left.length > 0 ? left : nextBatch(sender)
      waiting[sender] = batch.filter(({ idempotency_key: name }) => name !== undefined)
      try {
        if (await sendBatch(url, key, batch)) waiting[sender] = []
      } catch {
        return
      }
    }
  }

  return {
    acknowledged,
    strange,
    async send(url, key, until) {
      await Promise.all(waiting.map((_, sender) => runSender(sender, url, key, until)))
    },
  }
}

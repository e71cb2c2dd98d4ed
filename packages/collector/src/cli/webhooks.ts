import { setTimeout as wait } from 'node:timers/promises'
import { formatTimestamp } from '@truecount/protocol'
import { shownWebhook } from '../deliver/webhook-schema.ts'
import { openAttemptTail, type TailedAttempt } from '../store/sqlite/attempt-tail.ts'
import { openReadOnly } from '../store/sqlite/open-read-only.ts'
import { createSqliteWebhooks } from '../store/sqlite/sqlite-webhooks.ts'
import type { Command } from './command.ts'
import type { Flags } from './flags.ts'
import { databasePath } from './named-file.ts'
import { namedProject } from './named-project.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withStore } from './with-store.ts'

const text = { type: 'string' } as const
const json = { type: 'boolean' } as const

/** How often the file is looked into for new attempts, and how many old ones are shown first. */
const LOOK_MS = 250
const RECENT = 10

export const WEBHOOK_COMMANDS: readonly Command[] = [
  {
    name: 'webhooks list',
    options: { db: text, project: text, json },
    usage: '[--db PATH] [--project ID] [--json]',
    meaning: 'list where events go, and how it goes',
    run: listWebhooks,
  },
  {
    name: 'webhooks tail',
    options: { db: text, webhook: text, json },
    usage: '[--webhook ID] [--db PATH] [--json]',
    meaning: 'show each attempt to deliver as it happens',
    run: tailWebhooks,
  },
]

/** `truecount webhooks list`: where events go, and how it goes. */
function listWebhooks(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  return withStore(flags, terminal, async (store) => {
    const named = await namedProject(flags, store.projects, terminal)
    if (!named.ok) return EXIT.failed
    const webhooks = (await store.webhooks.list(named.id)).map((webhook) => ({
      project_id: webhook.projectId,
      ...shownWebhook(webhook),
    }))
    const lines = webhooks.map(({ id, url, events, status, disabled_reason: reason, failing_since: since }) => {
      const health = reason ?? (since === undefined ? '' : `failing since ${since}`)
      return `${printable(`${id}  ${status.padEnd(8)}  ${url}  ${events.join(',') || 'by rule'}  ${health}`).trimEnd()}\n`
    })
    terminal.out(flags['json'] ? `${JSON.stringify(webhooks)}\n` : lines.join(''))
    return EXIT.ok
  })
}

/** `truecount webhooks tail`: each attempt as it is recorded, until the process is asked to end. */
async function tailWebhooks(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const db = openReadOnly(databasePath(flags, terminal))
  try {
    const webhook = flags['webhook'] === undefined ? undefined : String(flags['webhook']).toLowerCase()
    const all = await createSqliteWebhooks(db).list()
    if (webhook !== undefined && !all.some(({ id }) => id === webhook)) {
      terminal.err(`There is no webhook ${webhook} in this database\n`)
      return EXIT.failed
    }
    const tail = openAttemptTail(db, webhook, RECENT)
    while (!terminal.ending.aborted) {
      const attempts = tail.next()
      terminal.out(attempts.map((attempt) => `${flags['json'] ? jsonOf(attempt) : lineOf(attempt)}\n`).join(''))
      if (attempts.length === 0) await wait(LOOK_MS, undefined, { signal: terminal.ending }).catch(() => undefined)
    }
    return EXIT.ok
  } finally {
    db.close()
  }
}

function jsonOf(attempt: TailedAttempt): string {
  const { webhookId, url, deliveryId, eventName, number, startedAtMs, durationMs, status, error, answer } = attempt
  return JSON.stringify({
    started_at: formatTimestamp(startedAtMs),
    webhook_id: webhookId,
    url,
    delivery_id: deliveryId,
    event_name: eventName,
    attempt: number,
    status,
    error,
    answer,
    duration_ms: durationMs,
    state: attempt.state,
    ...(attempt.dueAtMs === null ? {} : { next_attempt_at: formatTimestamp(attempt.dueAtMs) }),
  })
}

function lineOf(attempt: TailedAttempt): string {
  const { startedAtMs, status, error, durationMs, number, eventName, url, deliveryId, state, dueAtMs } = attempt
  const fate = dueAtMs === null ? state : `again at ${formatTimestamp(dueAtMs)}`
  const shown = [formatTimestamp(startedAtMs), String(status ?? error), `${durationMs} ms`, `attempt ${number}`]
  return printable([...shown, eventName, url, deliveryId, fate].join('  '))
}

/** What a stranger may have written moves no cursor. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '\u{FFFD}')
}

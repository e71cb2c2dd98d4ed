import { MAX_RETENTION_DAYS } from '../store/eraser.ts'
import type { Flags } from './flags.ts'
import { namedProject } from './named-project.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'
import { withStore } from './with-store.ts'

/** `truecount retention`: says, or with `--days` sets, how long events are kept. A running collector obeys in minutes. */
export async function setRetention(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const days = readDays(flags['days'])
  if (typeof days === 'string') {
    terminal.err(`${days}\n`)
    return EXIT.usage
  }
  return withStore(flags, terminal, async (store) => {
    const named = await namedProject(flags, store.projects, terminal)
    if (!named.ok) return EXIT.failed
    const chosen = (await store.retention.list()).filter(({ projectId }) => projectId === (named.id ?? projectId))
    if (chosen.length === 0) {
      terminal.err('There is no project yet\n')
      return EXIT.failed
    }
    if (days !== undefined) for (const { projectId } of chosen) await store.retention.set(projectId, days)
    const rules = chosen.map((rule) => ({ project_id: rule.projectId, days: days === undefined ? rule.days : days }))
    const lines = rules.map((rule) => `${rule.project_id}  ${rule.days === null ? 'for ever' : `${rule.days} days`}\n`)
    terminal.out(flags['json'] ? `${JSON.stringify(rules)}\n` : lines.join(''))
    return EXIT.ok
  })
}

/** `undefined` when nothing is to be changed, `null` for ever, a text for what is wrong. */
function readDays(text: string | boolean | undefined): number | null | undefined | string {
  if (text === undefined) return undefined
  if (text === 'off') return null
  const days = /^\d{1,6}$/.test(String(text)) ? Number(text) : 0
  if (days >= 1 && days <= MAX_RETENTION_DAYS) return days
  return `--days must be a whole number from 1 to ${MAX_RETENTION_DAYS}, or off, got ${String(text)}`
}

import { formatTimestamp, type JsonObject } from '@truecount/protocol'
import type { Outcome } from '../http/outcome.ts'
import type { KeptEvent } from '../store/event-list.ts'
import type { RuleCounting } from '../store/registry.ts'
import type { WindowState } from '../store/rule-windows.ts'
import { type Condition, type Reason, reasonOf } from './condition.ts'
import { compileConditions } from './conditions.ts'
import { type Counting, countEvent, countingKey, parseWithin } from './counting.ts'
import { eventDocument } from './event-document.ts'

/** What a rule says of an event. */
export type Judgement =
  | { readonly kind: 'fires' }
  /** It matches the conditions, and the window does not let it fire. */
  | { readonly kind: 'waits'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'differs' }

/** What one rule remembers of its keys. */
export interface RuleMemory {
  read(key: string): WindowState | undefined
  write(key: string, state: WindowState): void
}

/** The one judge of live events, dry runs and backtests: the same verdicts for the same events in the same order. */
export interface CompiledRule {
  /** Changes nothing but the memory, and that only where the rule counts. */
  judge(event: KeptEvent, memory: RuleMemory): Judgement
  /** Why the conditions don't match; asked only where they don't. */
  explain(event: KeptEvent): readonly Reason[]
}

const FIRES: Judgement = { kind: 'fires' }
const DIFFERS: Judgement = { kind: 'differs' }

export interface RuleText {
  readonly conditions: JsonObject
  readonly window: RuleCounting | null
}

/** Compiles conditions, and a window that its schema let through. */
export function compileRule({ conditions, window }: RuleText): Outcome<CompiledRule> {
  const compiled = compileConditions(conditions)
  if (!compiled.ok) return compiled
  const condition = compiled.value
  const counting = window === null ? undefined : countingOf(window)
  const judge = counting === undefined ? judgeEach(condition) : judgeCounted(condition, counting)
  const explain = (event: KeptEvent) => condition.reasons(eventDocument(event)).map(shownReason)
  return { ok: true, value: { judge, explain } }
}

function countingOf({ count, within, by }: RuleCounting): Counting {
  const withinMs = parseWithin(within)
  if (withinMs === undefined) throw new Error(`Not checked: within ${within}`)
  return { count, withinMs, ...(by === undefined ? {} : { by: by.split('.') }) }
}

function judgeEach({ matches }: Condition): CompiledRule['judge'] {
  return (event) => (matches(eventDocument(event)) ? FIRES : DIFFERS)
}

function judgeCounted({ matches }: Condition, counting: Counting): CompiledRule['judge'] {
  return (event, memory) => {
    const document = eventDocument(event)
    if (!matches(document)) return DIFFERS
    const key = countingKey(counting, document)
    if (key === undefined) return waits(reasonOf(document, counting.by ?? [], 'window.by'))
    const { state, fires, held } = countEvent(counting, memory.read(key), event.timestampMs, event.receivedAtMs)
    if (state === undefined) return waits(reasonOf(document, ['timestamp'], 'window.within'))
    memory.write(key, state)
    return fires ? FIRES : waits({ path: 'window', operator: 'window.count', found: held })
  }
}

function waits(reason: Reason): Judgement {
  return { kind: 'waits', reasons: [shownReason(reason)] }
}

/** A reason as conditions are written: instants as ISO 8601. */
function shownReason(reason: Reason): Reason {
  const { path, found } = reason
  return path === 'timestamp' && typeof found === 'number' ? { ...reason, found: formatTimestamp(found) } : reason
}

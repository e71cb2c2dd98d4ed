import { array, string, type, unknown } from 'superstruct'
import { described, maybe } from '../http/schema.ts'
import type { KeptEvent } from '../store/event-list.ts'
import type { WindowState } from '../store/rule-windows.ts'
import type { CompiledRule, RuleMemory } from './compile-rule.ts'
import type { Reason } from './condition.ts'

/** Most events whose silence is explained. */
const MAX_EXPLAINED = 100

export const Explained = described(
  array(
    type({
      event_id: string(),
      reasons: array(
        type({
          path: string(),
          operator: string(),
          found: maybe(
            described(unknown(), { description: 'What stands at the path; left out where there is nothing' }),
          ),
        }),
      ),
    }),
  ),
  { description: `Why an event did not fire, for the last ${MAX_EXPLAINED} of them` },
)

/** Judges events that are stored by a rule, with a memory of its own, and sends nothing. */
export interface Trial {
  readonly tested: number
  /** How many match the conditions. */
  readonly matched: number
  /** For how many the rule fires: fewer than match where it counts. */
  readonly fired: number
  /** The last that did not fire, in the order judged. */
  readonly silent: readonly { readonly event_id: string; readonly reasons: readonly Reason[] }[]
}

export function createTrial(rule: CompiledRule): { judge(event: KeptEvent): boolean; result(): Trial } {
  const memory = createMemory()
  const silent: { event_id: string; reasons: readonly Reason[] }[] = []
  let [tested, matched, fired] = [0, 0, 0]
  return {
    judge(event) {
      const judgement = rule.judge(event, memory)
      tested += 1
      if (judgement.kind !== 'differs') matched += 1
      if (judgement.kind === 'fires') {
        fired += 1
        return true
      }
      const reasons = judgement.kind === 'waits' ? judgement.reasons : rule.explain(event)
      silent.push({ event_id: event.eventId, reasons })
      if (silent.length > MAX_EXPLAINED) silent.shift()
      return false
    },
    result: () => ({ tested, matched, fired, silent }),
  }
}

function createMemory(): RuleMemory {
  const states = new Map<string, WindowState>()
  return { read: (key) => states.get(key), write: (key, state) => void states.set(key, state) }
}

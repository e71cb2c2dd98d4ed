import type { KeptEvent } from '../store/event-list.ts'
import type { Rule } from '../store/registry.ts'
import type { RuleWindows } from '../store/rule-windows.ts'
import { type CompiledRule, compileRule, type RuleMemory } from './compile-rule.ts'
import { graceMs, parseWithin } from './counting.ts'
import { eventNamesOf } from './event-names.ts'

/** All rules that are switched on, compiled once, and found by the names that they can match. */
export interface RuleBook {
  /** Takes a rule in, in place of the one with its id. */
  put(rule: Rule): void
  remove(projectId: string, ruleId: string): void
  /** The actions of all rules that fire for an event. Runs inside the transaction that stores it. */
  firing(projectId: string, event: KeptEvent, windows: RuleWindows): readonly Rule['actions'][]
}

interface Entry {
  readonly rule: Rule
  /** Made when the first event comes that the rule may match: of ten thousand rules most wait for names that are rare. */
  judging: Judging | undefined
}

interface Judging {
  readonly compiled: CompiledRule
  readonly memory: (windows: RuleWindows, nowMs: number) => RuleMemory
}

type Entries = Map<string, Entry>

interface Shelf {
  readonly byName: Map<string, Entries>
  readonly ofAnyName: Entries
  readonly namesOf: Map<string, ReadonlySet<string> | undefined>
}

const NO_ENTRIES: ReadonlyMap<string, Entry> = new Map()

export function createRuleBook(): RuleBook {
  const shelves = new Map<string, Shelf>()

  function remove(projectId: string, ruleId: string): void {
    const shelf = shelves.get(projectId)
    if (shelf === undefined) return
    shelf.ofAnyName.delete(ruleId)
    for (const name of shelf.namesOf.get(ruleId) ?? []) {
      const entries = shelf.byName.get(name)
      entries?.delete(ruleId)
      if (entries?.size === 0) shelf.byName.delete(name)
    }
    shelf.namesOf.delete(ruleId)
  }

  function put(rule: Rule): void {
    remove(rule.projectId, rule.id)
    if (!rule.enabled) return
    const shelf = shelves.get(rule.projectId) ?? { byName: new Map(), ofAnyName: new Map(), namesOf: new Map() }
    shelves.set(rule.projectId, shelf)
    const names = eventNamesOf(rule.conditions)
    shelf.namesOf.set(rule.id, names)
    // Now, and not when an event comes, it shows whether it can be used.
    compiledOf(rule)
    const entry: Entry = { rule, judging: undefined }
    if (names === undefined) shelf.ofAnyName.set(rule.id, entry)
    for (const name of names ?? []) {
      const entries = shelf.byName.get(name) ?? new Map<string, Entry>()
      shelf.byName.set(name, entries.set(rule.id, entry))
    }
  }

  return {
    put,
    remove,
    firing(projectId, event, windows) {
      const shelf = shelves.get(projectId)
      if (shelf === undefined) return []
      const fired: Rule['actions'][] = []
      for (const entries of [shelf.byName.get(event.eventName) ?? NO_ENTRIES, shelf.ofAnyName]) {
        for (const entry of entries.values()) {
          const { compiled, memory } = (entry.judging ??= judgingOf(entry.rule))
          const { kind } = compiled.judge(event, memory(windows, event.receivedAtMs))
          if (kind === 'fires') fired.push(entry.rule.actions)
        }
      }
      return fired
    },
  }
}

const DAY_MS = 86_400_000

/** How long a key is remembered after the last of its events arrived, beyond what its window needs. */
const KEPT_MS = 7 * DAY_MS

function compiledOf(rule: Rule): CompiledRule {
  const outcome = compileRule(rule)
  if (!outcome.ok) throw new Error(`The stored rule ${rule.id} does not compile: ${outcome.message}`)
  return outcome.value
}

function judgingOf(rule: Rule): Judging {
  const withinMs = rule.window === null ? 0 : (parseWithin(rule.window.within) as number)
  const keptMs = KEPT_MS + withinMs + graceMs({ count: 1, withinMs })
  return {
    compiled: compiledOf(rule),
    memory: (windows, nowMs) => ({
      read: (key) => windows.read(rule.id, key),
      write: (key, state) => windows.write(rule.id, key, state, nowMs, nowMs + keptMs),
    }),
  }
}

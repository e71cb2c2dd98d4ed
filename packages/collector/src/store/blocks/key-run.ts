import { addToBloomFilter, newBloomFilter } from './bloom-filter.ts'
import { type ClaimKey, newClaimKey } from './claim-key.ts'
import type { BuiltRun } from './seal-work.ts'
import { orderOf } from './stable-order.ts'

export const KEYS_A_PART = 4_096
/** Three words of key and the seconds. */
export const ENTRY_WORDS = 4
export const ENTRY_BYTES = 4 * ENTRY_WORDS

/** Words of an entry that is not in order yet: the project before it. */
const WIDTH = 1 + ENTRY_WORDS

/** What the head of a run tells. */
export interface RunHead {
  readonly projects: readonly ProjectKeys[]
  readonly filter: Uint8Array
}

/** A project's entries, the end not included. Row 0: keys of any project. */
export interface ProjectKeys {
  readonly project: number
  readonly start: number
  readonly end: number
}

export interface KeyRunBuilder {
  readonly keys: number
  add(key: ClaimKey, seconds: number): void
  /** The keys in order; of two that are the same the one that is released later. `undefined` without any. */
  build(first: number, last: number): BuiltRun | undefined
}

export function createKeyRunBuilder(): KeyRunBuilder {
  let rows = new Uint32Array(1_024 * WIDTH)
  let length = 0
  function compare(left: number, right: number): number {
    for (let word = 0; word < WIDTH; word++) {
      const difference = (rows[left * WIDTH + word] as number) - (rows[right * WIDTH + word] as number)
      if (difference !== 0) return difference
    }
    return 0
  }
  return {
    get keys() {
      return length
    },
    add({ project, a, b, c }, seconds) {
      if ((length + 1) * WIDTH > rows.length) {
        const grown = new Uint32Array(2 * rows.length)
        grown.set(rows)
        rows = grown
      }
      const at = length * WIDTH
      rows[at] = project
      rows[at + 1] = a
      rows[at + 2] = b
      rows[at + 3] = c
      rows[at + 4] = seconds
      length += 1
    },
    build(first, last) {
      if (length === 0) return undefined
      // By the first word at native speed, which leaves next to nothing out of order to an array's sort.
      const byFirstWord = orderOf(Float64Array.from({ length }, (_, row) => rows[row * WIDTH + 1] as number))
      const sorted = Array.from(byFirstWord).sort(compare)
      const order = sorted.filter((row, i) => i + 1 === length || !isSameKey(rows, row, sorted[i + 1] as number))
      const entries = new Uint32Array(order.length * ENTRY_WORDS)
      const projects = new Uint32Array(order.length)
      for (const [i, row] of order.entries()) {
        projects[i] = rows[row * WIDTH] as number
        for (let word = 0; word < ENTRY_WORDS; word++) {
          entries[i * ENTRY_WORDS + word] = rows[row * WIDTH + 1 + word] as number
        }
      }
      return { first, last, keys: order.length, head: encodeHead(projects, entries), parts: partsOf(entries) }
    },
  }
}

function isSameKey(rows: Uint32Array, left: number, right: number): boolean {
  for (let word = 0; word < WIDTH - 1; word++) {
    if (rows[left * WIDTH + word] !== rows[right * WIDTH + word]) return false
  }
  return true
}

function partsOf(entries: Uint32Array): BuiltRun['parts'] {
  const bytes = new Uint8Array(entries.buffer)
  const size = KEYS_A_PART * ENTRY_BYTES
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, slot) => ({
    slot,
    body: bytes.slice(slot * size, (slot + 1) * size),
  }))
}

function encodeHead(projects: Uint32Array, entries: Uint32Array): Uint8Array {
  const starts = [...projects.keys()].filter((i) => i === 0 || projects[i] !== projects[i - 1])
  const filter = newBloomFilter(projects.length)
  const key = newClaimKey()
  for (let i = 0; i < projects.length; i++) {
    readEntry(key, projects[i] as number, entries, i)
    addToBloomFilter(filter, key)
  }
  const words = [starts.length, ...starts.flatMap((start) => [projects[start] as number, start]), 8 * filter.length]
  const head = new Uint8Array(4 * words.length + filter.length)
  const view = new DataView(head.buffer)
  words.forEach((word, i) => view.setUint32(4 * i, word, true))
  head.set(filter, 4 * words.length)
  return head
}

/** Reads the head of a run with so many keys. */
export function decodeRunHead(head: Uint8Array, keys: number): RunHead {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const count = view.getUint32(0, true)
  const start = (i: number) => (i === count ? keys : view.getUint32(8 + 8 * i, true))
  const projects = Array.from({ length: count }, (_, i) => {
    return { project: view.getUint32(4 + 8 * i, true), start: start(i), end: start(i + 1) }
  })
  const bits = view.getUint32(4 + 8 * count, true)
  const filterStart = 8 + 8 * count
  return { projects, filter: head.subarray(filterStart, filterStart + bits / 8) }
}

/** The entries of a part, four words each. */
export function decodeRunPart(body: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.prototype.slice.call(body).buffer)
}

/** Fills a key from an entry, and returns its seconds. */
export function readEntry(key: ClaimKey, project: number, entries: Uint32Array, entry: number): number {
  const at = entry * ENTRY_WORDS
  key.project = project
  key.a = entries[at] as number
  key.b = entries[at + 1] as number
  key.c = entries[at + 2] as number
  return entries[at + 3] as number
}

import { addToBloomFilter, type BloomFilter, newBloomFilter } from './bloom-filter.ts'
import { type ClaimKey, newClaimKey } from './claim-key.ts'
import { KEY_WORDS, orderOfKeys } from './key-order.ts'
import type { BuiltRun } from './seal-work.ts'

export const KEYS_A_PART = 4_096
/** Three words of key and the seconds. */
export const ENTRY_WORDS = 4
export const ENTRY_BYTES = 4 * ENTRY_WORDS

/** Added to the bits of a filter that is not an old one: bits are even. */
const NOT_OLD = 1

/** What the head of a run tells. */
export interface RunHead {
  readonly projects: readonly ProjectKeys[]
  readonly filter: BloomFilter
}

/** A project's entries, the end not included. Row 0: keys of any project. */
export interface ProjectKeys extends ProjectStart {
  readonly end: number
}

interface ProjectStart {
  readonly project: number
  readonly start: number
}

export interface KeyRunBuilder {
  add(key: ClaimKey, seconds: number): void
  /** The keys in order; of two that are the same the one that is released later. `undefined` without any. */
  build(first: number, last: number): BuiltRun | undefined
}

export function createKeyRunBuilder(): KeyRunBuilder {
  let words = new Uint32Array(1_024 * KEY_WORDS)
  let end = 0
  return {
    add({ project, a, b, c }, seconds) {
      if (end === words.length) {
        const grown = new Uint32Array(2 * words.length)
        grown.set(words)
        words = grown
      }
      words[end] = project
      words[end + 1] = a
      words[end + 2] = b
      words[end + 3] = c
      words[end + 4] = seconds
      end += KEY_WORDS
    },
    build(first, last) {
      if (end === 0) return undefined
      const order = orderOfKeys(words.subarray(0, end))
      const entries = new Uint32Array(order.length * ENTRY_WORDS)
      const projects: ProjectStart[] = []
      for (let i = 0; i < order.length; i++) {
        const from = (order[i] as number) * KEY_WORDS
        const project = words[from] as number
        if (projects.at(-1)?.project !== project) projects.push({ project, start: i })
        for (let word = 0; word < ENTRY_WORDS; word++)
          entries[i * ENTRY_WORDS + word] = words[from + 1 + word] as number
      }
      return { first, last, keys: order.length, head: encodeHead(projects, entries), parts: partsOf(entries) }
    },
  }
}

function partsOf(entries: Uint32Array): BuiltRun['parts'] {
  const bytes = new Uint8Array(entries.buffer)
  const size = KEYS_A_PART * ENTRY_BYTES
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, slot) => ({
    slot,
    body: bytes.slice(slot * size, (slot + 1) * size),
  }))
}

function encodeHead(projects: readonly ProjectStart[], entries: Uint32Array): Uint8Array {
  const keys = entries.length / ENTRY_WORDS
  const filter = newBloomFilter(keys)
  const key = newClaimKey()
  for (let i = 0; i < keys; i++) {
    readEntry(key, 0, entries, i)
    addToBloomFilter(filter, key)
  }
  const { bytes, isOld } = filter
  const starts = projects.flatMap(({ project, start }) => [project, start])
  const words = [projects.length, ...starts, 8 * bytes.length + (isOld ? 0 : NOT_OLD)]
  const head = new Uint8Array(4 * words.length + bytes.length)
  const view = new DataView(head.buffer)
  words.forEach((word, i) => view.setUint32(4 * i, word, true))
  head.set(bytes, 4 * words.length)
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
  const bytes = head.subarray(filterStart, filterStart + Math.floor(bits / 8))
  return { projects, filter: { bytes, isOld: bits % 2 !== NOT_OLD } }
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

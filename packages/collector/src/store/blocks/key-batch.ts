import { type ClaimKey, newClaimKey, readUuidText } from './claim-key.ts'

export const KEY_BATCH_WORDS = 4
const FIRST_KEYS = 1_024

/** Keys side by side: what is asked of all of them at once waits for memory once for many, not for each. */
export interface KeyBatch {
  readonly length: number
  /** Per key its project, a, b and c. Good until a key is added. */
  readonly words: Uint32Array
  add(project: number, uuid: string): void
  /** Fills `key` with the one at a place. */
  read(key: ClaimKey, place: number): void
  clear(): void
}

export function createKeyBatch(): KeyBatch {
  let words = new Uint32Array(FIRST_KEYS * KEY_BATCH_WORDS)
  let length = 0
  const added = newClaimKey()
  return {
    get length() {
      return length
    },
    get words() {
      return words
    },
    add(project, uuid) {
      const at = length * KEY_BATCH_WORDS
      if (at === words.length) {
        const grown = new Uint32Array(2 * words.length)
        grown.set(words)
        words = grown
      }
      readUuidText(added, project, uuid)
      words[at] = project
      words[at + 1] = added.a
      words[at + 2] = added.b
      words[at + 3] = added.c
      length += 1
    },
    read(key, place) {
      const at = place * KEY_BATCH_WORDS
      key.project = words[at] as number
      key.a = words[at + 1] as number
      key.b = words[at + 2] as number
      key.c = words[at + 3] as number
    },
    clear() {
      length = 0
    },
  }
}

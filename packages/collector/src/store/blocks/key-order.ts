import { countStarts, sortByKey } from './counting-sort.ts'
import { orderOf } from './stable-order.ts'

/** Words of a key that is not in order yet: project, a, b, c and seconds. */
export const KEY_WORDS = 5

/** Bits of `a` that the first order leaves out: the others and a place of some millions fit into one double. */
const LEFT_OUT = 2

/** The order of keys by all of their words, one key after another; of keys that differ in seconds alone only the last. */
export function orderOfKeys(words: Uint32Array): Uint32Array {
  const length = words.length / KEY_WORDS
  const leads = new Float64Array(length)
  for (let key = 0; key < length; key++) leads[key] = (words[key * KEY_WORDS + 1] as number) >>> LEFT_OUT
  const { ranks, projects } = projectRanks(words, length)
  const order = sortByKey(orderOf(leads), ranks, countStarts(ranks, projects))
  const sharesLead = (left: number, right: number) => ranks[left] === ranks[right] && leads[left] === leads[right]
  sortTies(order, words, sharesLead)
  return withoutRepeats(order, words)
}

/** By key: which of the projects, in their order, it is of. */
function projectRanks(words: Uint32Array, length: number) {
  const found = new Set<number>()
  for (let key = 0; key < length; key++) found.add(words[key * KEY_WORDS] as number)
  const projects = Uint32Array.from(found).sort()
  const rankOf = new Map(Array.from(projects, (project, rank) => [project, rank]))
  const ranks = new Uint32Array(length)
  for (let key = 0; key < length; key++) ranks[key] = rankOf.get(words[key * KEY_WORDS] as number) as number
  return { ranks, projects: projects.length }
}

function sortTies(order: Uint32Array, words: Uint32Array, isTied: (left: number, right: number) => boolean): void {
  let start = 0
  for (let end = 1; end <= order.length; end++) {
    if (end < order.length && isTied(order[start] as number, order[end] as number)) continue
    if (end - start > 1) order.subarray(start, end).sort((left, right) => compare(words, left, right))
    start = end
  }
}

function compare(words: Uint32Array, left: number, right: number): number {
  for (let word = 0; word < KEY_WORDS; word++) {
    const difference = (words[left * KEY_WORDS + word] as number) - (words[right * KEY_WORDS + word] as number)
    if (difference !== 0) return difference
  }
  return 0
}

function withoutRepeats(order: Uint32Array, words: Uint32Array): Uint32Array {
  let kept = 0
  for (let i = 0; i < order.length; i++) {
    const key = order[i] as number
    if (i + 1 === order.length || !isSame(words, key, order[i + 1] as number)) order[kept++] = key
  }
  return order.subarray(0, kept)
}

/** But for the seconds. */
function isSame(words: Uint32Array, left: number, right: number): boolean {
  for (let word = 0; word < KEY_WORDS - 1; word++) {
    if (words[left * KEY_WORDS + word] !== words[right * KEY_WORDS + word]) return false
  }
  return true
}

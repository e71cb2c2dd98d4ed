import type { RowRange } from './query/row-ranges.ts'

/**
 * Dense whole numbers, a bit each, in words: those of a segment's users fit into the nearest cache of a processor. Loops over
 * many numbers stand here, where nothing has to be called for each.
 */
export type BitSet = Uint32Array

/** `largest`: the largest number that may be added. */
export function newBitSet(largest: number): BitSet {
  return new Uint32Array((largest >>> 5) + 1)
}

/** The same set, or one of at least twice its size where `largest` does not fit. */
export function withRoomFor(set: BitSet, largest: number): BitSet {
  if (largest >>> 5 < set.length) return set
  const larger = newBitSet(Math.max(largest, 64 * set.length - 1))
  larger.set(set)
  return larger
}

/** So many flags of a byte lie in the nearest cache too. */
const FEW = 16_384

/** What stands in some rows of a column of numbers below `size`. The arrays are made where the loops are: the engine then knows them best. */
export function setOf(numbers: ArrayLike<number>, ranges: readonly RowRange[], size: number): BitSet {
  return size > FEW ? setOfMany(numbers, ranges, size) : setOfFew(numbers, ranges, size)
}

function setOfMany(numbers: ArrayLike<number>, ranges: readonly RowRange[], size: number): BitSet {
  const set = newBitSet(size)
  for (const { start, end } of ranges) {
    for (let i = start; i < end; i++) {
      const number = numbers[i] as number
      set[number >>> 5]! |= 1 << (number & 31)
    }
  }
  return set
}

/** A flag is written without being read: of few numbers the next is often in the word that is just being written. */
function setOfFew(numbers: ArrayLike<number>, ranges: readonly RowRange[], size: number): BitSet {
  const flags = new Uint8Array(size)
  for (const { start, end } of ranges) for (let i = start; i < end; i++) flags[numbers[i] as number] = 1
  const set = newBitSet(size)
  for (let number = 0; number < size; number++) set[number >>> 5]! |= (flags[number] as number) << (number & 31)
  return set
}

export function has(set: BitSet, number: number): boolean {
  return (((set[number >>> 5] as number) >>> (number & 31)) & 1) === 1
}

export function remove(set: BitSet, number: number): void {
  set[number >>> 5]! &= ~(1 << (number & 31))
}

/** Adds `values[number]` for each number of another set. */
export function addMapped(set: BitSet, numbers: BitSet, values: Uint32Array): void {
  for (let i = 0; i < numbers.length; i++) {
    for (let left = numbers[i] as number; left !== 0; left &= left - 1) {
      const value = values[32 * i + 31 - Math.clz32(left & -left)] as number
      set[value >>> 5]! |= 1 << (value & 31)
    }
  }
}

/** How many numbers are in it. */
export function sizeOf(set: BitSet): number {
  let size = 0
  for (let i = 0; i < set.length; i++) size += bitsOf(set[i] as number)
  return size
}

/** Adds neighbouring bits up, then pairs of them, fours and bytes. */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

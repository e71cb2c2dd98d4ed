import { type BitSet, has, newBitSet } from './bit-set.ts'

/** Then about one of thirty users that are not there seems to be; mostly fewer, for the bits are a power of two. */
const BITS_A_USER = 8
const MIN_BITS = 32
/** Odd, so that no id loses anything by them. */
const MULTIPLIERS = [0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d] as const

/** Tells of most users that they are not there: a set of bits, as many as a power of two. */
export type UserFilter = BitSet

export function userFilterOf(ids: Uint32Array): UserFilter {
  const filter = newBitSet(Math.max(MIN_BITS, 2 ** Math.ceil(Math.log2(BITS_A_USER * ids.length))) - 1)
  for (const multiplier of MULTIPLIERS) addAll(filter, ids, multiplier, shiftOf(filter))
  return filter
}

function addAll(filter: UserFilter, ids: Uint32Array, multiplier: number, shift: number): void {
  for (let i = 0; i < ids.length; i++) {
    const bit = Math.imul(ids[i] as number, multiplier) >>> shift
    filter[bit >>> 5]! |= 1 << (bit & 31)
  }
}

/** `false`: the user is certainly not there. */
export function mayHoldUser(filter: UserFilter, id: number): boolean {
  const shift = shiftOf(filter)
  return MULTIPLIERS.every((multiplier) => has(filter, Math.imul(id, multiplier) >>> shift))
}

/** The bits of a product are the better mixed the higher they are. */
function shiftOf(filter: UserFilter): number {
  return Math.clz32(32 * filter.length - 1)
}

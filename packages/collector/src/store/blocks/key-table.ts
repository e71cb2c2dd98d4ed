import type { ClaimKey } from './claim-key.ts'

const SHARDS = 64
const FIRST_SLOTS = 64
/** A slot is three words of key, the seconds of its event's time, and the event's number less the base, plus 1: 0 where it is empty. */
const WORDS = 5
const MAX_LOAD = 0.6

export interface Replaced {
  readonly seconds: number
  readonly number: number
}

interface Shard {
  slots: Uint32Array
  /** Slots less 1; there are a power of two. */
  mask: number
  used: number
}

/** Keys with their events' seconds and numbers, in memory: 20 to 70 bytes each. Grows a shard at a time, some 0.1 ms each. */
export interface KeyTable {
  /** Whether the key is there; what it has then stands in `seconds` and `number`. */
  find(key: ClaimKey): boolean
  readonly seconds: number
  readonly number: number
  /** Returns what the key had before, where it was there. */
  put(key: ClaimKey, seconds: number, number: number): Replaced | undefined
  /** To be called only for what was put. */
  remove(key: ClaimKey): void
}

/** Numbers must not lie below `base`, and within 2³² after it. */
export function createKeyTable(base: number): KeyTable {
  const shards = Array.from({ length: SHARDS }, () => newShard(FIRST_SLOTS))
  const found = { seconds: 0, number: 0 }
  return {
    find(key) {
      const { slots, mask } = shardOf(shards, key)
      const at = seek(slots, mask, key)
      if (isEmpty(slots, at)) return false
      found.seconds = slots[at + 3] as number
      found.number = base + (slots[at + 4] as number) - 1
      return true
    },
    get seconds() {
      return found.seconds
    },
    get number() {
      return found.number
    },
    put(key, seconds, number) {
      const shard = shardOf(shards, key)
      if (shard.used >= MAX_LOAD * (shard.mask + 1)) grow(shard)
      const { slots, mask } = shard
      const at = seek(slots, mask, key)
      const replaced = isEmpty(slots, at)
        ? undefined
        : { seconds: slots[at + 3] as number, number: base + (slots[at + 4] as number) - 1 }
      if (replaced === undefined) shard.used += 1
      slots[at] = key.a
      slots[at + 1] = foldOf(key)
      slots[at + 2] = key.c
      slots[at + 3] = seconds
      slots[at + 4] = number - base + 1
      return replaced
    },
    remove(key) {
      const shard = shardOf(shards, key)
      removeSlot(shard, seek(shard.slots, shard.mask, key) / WORDS)
      shard.used -= 1
    },
  }
}

/** The project is folded into the key: the same id in two projects is two keys. */
function foldOf(key: ClaimKey): number {
  return (key.b ^ Math.imul(key.project, 0x9e37_79b1)) >>> 0
}

function shardOf(shards: readonly Shard[], key: ClaimKey): Shard {
  return shards[key.c & (SHARDS - 1)] as Shard
}

function newShard(slots: number): Shard {
  return { slots: new Uint32Array(WORDS * slots), mask: slots - 1, used: 0 }
}

/** Where a key's slot begins, or the empty one that it would have. */
function seek(slots: Uint32Array, mask: number, key: ClaimKey): number {
  const { a, c } = key
  const b = foldOf(key)
  for (let slot = homeOf(c, mask); ; slot = (slot + 1) & mask) {
    const at = WORDS * slot
    if (isEmpty(slots, at)) return at
    if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return at
  }
}

function isEmpty(slots: Uint32Array, at: number): boolean {
  return slots[at + 4] === 0
}

/** The slot that a key has unless others were there first. */
function homeOf(c: number, mask: number): number {
  return (c >>> 6) & mask
}

/** Empties a slot. Keys behind it that would not be found over the gap are moved into it, each leaving the next gap. */
function removeSlot({ slots, mask }: Shard, removed: number): void {
  let gap = removed
  for (let slot = (gap + 1) & mask; !isEmpty(slots, WORDS * slot); slot = (slot + 1) & mask) {
    const home = homeOf(slots[WORDS * slot + 2] as number, mask)
    if (((slot - home) & mask) < ((slot - gap) & mask)) continue
    slots.copyWithin(WORDS * gap, WORDS * slot, WORDS * (slot + 1))
    gap = slot
  }
  slots.fill(0, WORDS * gap, WORDS * (gap + 1))
}

function grow(shard: Shard): void {
  const { slots, mask } = shard
  const grown = newShard(2 * (mask + 1))
  for (let at = 0; at < slots.length; at += WORDS) {
    if (isEmpty(slots, at)) continue
    let slot = homeOf(slots[at + 2] as number, grown.mask)
    while (!isEmpty(grown.slots, WORDS * slot)) slot = (slot + 1) & grown.mask
    grown.slots.set(slots.subarray(at, at + WORDS), WORDS * slot)
    grown.used += 1
  }
  Object.assign(shard, grown)
}

import type { ClaimKey } from './claim-key.ts'
import { ENTRY_BYTES, KEYS_A_PART, type ProjectKeys } from './key-run.ts'

/** Reads the part of a run by its slot. */
export type ReadRunPart = (slot: number) => Uint8Array

/**
 * Seconds of a key among a project's entries of a run, or -1. Keys are spread evenly, so the first part that is looked into is
 * mostly the right one, whatever the run's length.
 */
export function findInRun(read: ReadRunPart, { start, end }: ProjectKeys, key: ClaimKey): number {
  let low = slotOf(start)
  let high = slotOf(end - 1)
  let slot = slotOf(start + Math.floor((key.a / 2 ** 32) * (end - start)))
  for (let tries = 0; low <= high; tries++) {
    const body = read(slot)
    const entries = new DataView(body.buffer, body.byteOffset, body.byteLength)
    const from = Math.max(0, start - slot * KEYS_A_PART)
    const to = Math.min(entries.byteLength / ENTRY_BYTES, end - slot * KEYS_A_PART)
    if (compareEntry(entries, from, key) > 0) high = slot - 1
    else if (compareEntry(entries, to - 1, key) < 0) low = slot + 1
    else return findInPart(entries, from, to, key)
    // Beside the first guess, then by halves.
    slot = tries > 0 ? (low + high) >>> 1 : Math.min(Math.max(slot, low), high)
  }
  return -1
}

function slotOf(entry: number): number {
  return Math.floor(entry / KEYS_A_PART)
}

function findInPart(entries: DataView, from: number, to: number, key: ClaimKey): number {
  let [low, high] = [from, to - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const order = compareEntry(entries, middle, key)
    if (order === 0) return entries.getUint32(middle * ENTRY_BYTES + 12, true)
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return -1
}

function compareEntry(entries: DataView, entry: number, { a, b, c }: ClaimKey): number {
  const at = entry * ENTRY_BYTES
  const word = (i: number) => entries.getUint32(at + 4 * i, true)
  return word(0) - a || word(1) - b || word(2) - c
}

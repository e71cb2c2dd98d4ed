import type { EventInput } from '@truecount/protocol'
import { tallyOf } from './tally.ts'

/** What one SDK made of one scenario. */
export type Cell =
  | {
      readonly kind: 'run'
      readonly lost: number
      readonly doubled: number
      readonly blind: number
      readonly note: string
    }
  /** `why` it can't be put through it. */
  | { readonly kind: 'left out'; readonly why: string }

/** Outcomes by scenario, then by SDK. */
export interface Matrix {
  readonly sdks: readonly string[]
  readonly rows: readonly { readonly scenario: string; readonly cells: readonly Cell[] }[]
}

/** `tracked`: the events that can be expected to arrive. */
export function cellOf(
  tracked: number,
  stored: readonly EventInput[],
  identify: (event: EventInput) => string | number | undefined,
  notes: readonly string[],
): Cell {
  const { distinct, doubled, blind } = tallyOf(stored, identify)
  return { kind: 'run', lost: tracked - distinct, doubled, blind, note: notes.join(', ') }
}

/** A peer's cell is better where it lost less, or lost the same and doubled less. */
export function isBetter(peer: Cell, ours: Cell): boolean {
  if (peer.kind !== 'run' || ours.kind !== 'run') return false
  if (peer.lost !== ours.lost) return peer.lost < ours.lost
  return peer.blind !== ours.blind ? peer.blind < ours.blind : peer.doubled < ours.doubled
}

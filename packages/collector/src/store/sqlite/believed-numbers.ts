import type { NumberRange } from './number-ranges.ts'

/** A lane may leave so many numbers without an event … */
const FREE_GAP = 10_000
/** … and so many more for each event that came. */
const GAP_AN_EVENT = 1_000

/** How far a lane's numbers are believed, and how many known ones lie beyond. */
export interface Belief {
  readonly highest: number
  readonly far: number
}

/** Ranges beyond the believed numbers that one transaction looks at: a sender without ill will has one or two. */
export const RANGES_LOOKED_AT = 64

/**
 * Whoever has a publishable key can make up numbers. A number is believed if those without an event up to it are in
 * proportion to those with one; it is then certain that an event adds a bounded number to what was captured and is missing.
 * A number that was not believed is when more of the lane has come.
 * `known`: numbers with an event, those of `far` included. `above`: all ranges that reach above `before.highest`, ascending,
 * or the first of them. `toldLast`: a number that the sender says it gave out; 0 for none.
 */
export function believe(before: Belief, known: number, above: readonly NumberRange[], toldLast: number): Belief {
  const near = known - before.far
  let believed = before
  let passed = 0
  let end = before.highest
  const look = (number: number) => {
    const withEvent = near + passed
    if (number - withEvent > FREE_GAP + GAP_AN_EVENT * withEvent) return
    believed = { highest: number, far: before.far - passed }
  }
  for (const { first, last } of above) {
    if (toldLast > end && toldLast < first) look(toldLast)
    passed += last - Math.max(first, before.highest + 1) + 1
    end = last
    look(last)
  }
  if (toldLast > end && passed === before.far) look(toldLast)
  return believed
}

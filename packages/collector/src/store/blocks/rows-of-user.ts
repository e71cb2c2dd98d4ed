import type { UserColumn } from './segment.ts'

/** More rows than so many are looked for again. */
const MOST_KEPT = 1024

/** Finds the rows of one user after another. Those of the last one are kept: who asks for somebody's events asks for them again. */
export function createRowsOfUser(places: UserColumn['places']): (place: number) => Uint32Array {
  let last = { place: 0, rows: new Uint32Array(0) }
  return (place) => {
    if (place === last.place) return last.rows
    const found: number[] = []
    // The engine's own search is much faster than a loop.
    for (let row = places.indexOf(place); row >= 0; row = places.indexOf(place, row + 1)) found.push(row)
    const rows = Uint32Array.from(found)
    if (rows.length <= MOST_KEPT) last = { place, rows }
    return rows
  }
}

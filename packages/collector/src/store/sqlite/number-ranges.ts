/** Whole numbers from `first` to `last`, both included. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

/** A set of whole numbers, as ranges that ascend and do not touch. */
export interface NumberRanges {
  readonly ranges: readonly NumberRange[]
  /** `false` when it was there already. */
  add(number: number): boolean
  /** Adds a range that touches none of those that are there, unless it is there itself. */
  put(range: NumberRange): void
}

export function createNumberRanges(): NumberRanges {
  const ranges: { first: number; last: number }[] = []
  // Numbers come in order nearly always: the next one goes where the last one went.
  let hint = 0

  /** The place of the last range that begins at or before a number; -1 if there is none. */
  function placeOf(number: number): number {
    if (begins(hint) <= number && begins(hint + 1) > number) return hint
    let [low, high] = [0, ranges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (begins(middle) <= number) low = middle + 1
      else high = middle
    }
    return low - 1
  }
  const begins = (place: number) => ranges[place]?.first ?? Infinity
  const ends = (place: number) => ranges[place]?.last ?? -Infinity

  return {
    ranges,
    add(number) {
      const place = placeOf(number)
      if (ends(place) >= number) return false
      const joinsBefore = ends(place) === number - 1
      const last = begins(place + 1) === number + 1 ? ends(place + 1) : number
      const removed = last === number ? 0 : 1
      if (joinsBefore) {
        ;(ranges[place] as { last: number }).last = last
        if (removed === 1) ranges.splice(place + 1, 1)
      } else ranges.splice(place + 1, removed, { first: number, last })
      hint = joinsBefore ? place : place + 1
      return true
    },
    put({ first, last }) {
      const place = placeOf(first)
      if (begins(place) !== first) ranges.splice(place + 1, 0, { first, last })
    },
  }
}

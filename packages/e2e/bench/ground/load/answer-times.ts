/** Collects how long answers took, in milliseconds. */
export interface AnswerTimes {
  add(ms: number): void
  /** A percentile from 0 to 100; 0 of nothing. */
  at(percentile: number): number
}

export function createAnswerTimes(): AnswerTimes {
  const all: number[] = []
  let isSorted = true
  return {
    add(ms) {
      all.push(ms)
      isSorted = false
    },
    at(percentile) {
      if (!isSorted) all.sort((a, b) => a - b)
      isSorted = true
      return all[Math.min(all.length - 1, Math.floor((percentile / 100) * all.length))] ?? 0
    },
  }
}

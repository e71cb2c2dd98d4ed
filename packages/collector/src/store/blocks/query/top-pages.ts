import type { PageCount } from '../../event-stats.ts'

/** Pages with most events, most first, ties by name, bytewise. */
export interface TopPages {
  /** Each is named once. `counted`: events by the JSON text of the page. */
  add(counted: ReadonlyMap<string, number>): void
  readonly best: readonly PageCount[]
}

/** Most pages fall behind the last of the best so far, and are not looked at any longer. */
export function createTopPages(most: number): TopPages {
  const best: PageCount[] = []
  return {
    best,
    add(counted) {
      for (const [text, events] of counted) {
        if (best.length === most && events < (best[most - 1] as PageCount).events) continue
        const candidate = { page: JSON.parse(text) as string, events }
        let [low, high] = [0, best.length]
        while (low < high) {
          const middle = (low + high) >>> 1
          if (compare(best[middle] as PageCount, candidate) < 0) low = middle + 1
          else high = middle
        }
        if (low >= most) continue
        best.splice(low, 0, candidate)
        if (best.length > most) best.pop()
      }
    },
  }
}

function compare(a: PageCount, b: PageCount): number {
  return b.events - a.events || Buffer.compare(Buffer.from(a.page), Buffer.from(b.page))
}

import type { PageCount, Stats } from '../../event-stats.ts'
import type { View } from '../view.ts'
import type { CountUsers } from './count-users.ts'
import { rowRanges, type RowSelection } from './row-ranges.ts'

/** Exact figures of a selection: events, users, and the pages with most events, ties by name, bytewise. */
export function countPages(
  views: readonly View[],
  selection: RowSelection,
  mostPages: number,
  countUsers: CountUsers,
): Stats {
  const ranges = views.map((view) => ({ view, ranges: rowRanges(view, selection) }))
  const pages = new Map<string, number>()
  let events = 0
  for (const { view, ranges: own } of ranges) {
    if (own.length === 0) continue
    const { places, texts } = view.segment.column('pages')
    const counts = new Uint32Array(texts.length)
    for (const { start, end } of own) {
      if (view.hiddenUsers.size > 0) countVisible(view, counts, start, end)
      else for (let row = start; row < end; row++) counts[places[row] as number]! += 1
    }
    counts.forEach((count, place) => {
      events += count
      if (place > 0 && count > 0) pages.set(texts[place] as string, (pages.get(texts[place] as string) ?? 0) + count)
    })
  }
  return { events, uniqueUsers: countUsers(selection, ranges), topPages: topOf(pages, mostPages) }
}

function countVisible(view: View, counts: Uint32Array, start: number, end: number): void {
  const pages = view.segment.column('pages').places
  const users = view.segment.column('users').places
  for (let row = start; row < end; row++) {
    if (!view.hiddenUsers.has(users[row] as number)) counts[pages[row] as number]! += 1
  }
}

/** Keeps the best so far, in order: most pages fall behind the last of them, and are not looked at any longer. */
function topOf(pages: ReadonlyMap<string, number>, most: number): PageCount[] {
  const best: PageCount[] = []
  for (const [text, events] of pages) {
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
  return best
}

function compare(a: PageCount, b: PageCount): number {
  return b.events - a.events || Buffer.compare(Buffer.from(a.page), Buffer.from(b.page))
}

import type { View } from '../view.ts'
import { firstNotBefore } from './find-time.ts'
import { viewsOfUser } from './views-of-user.ts'

/** What an erasure is to hide: events with an earlier time, or those of a user; drop reports too. */
export type ErasureWish =
  | { readonly kind: 'before'; readonly beforeMs: number }
  | { readonly kind: 'user'; readonly userId: string }

/** How many events an erasure hides that are not hidden yet, among the numbers up to `upTo`. */
export function countErased(views: readonly View[], wish: ErasureWish, upTo: number): number {
  let events = 0
  for (const view of wish.kind === 'user' ? viewsOfUser(views, wish.userId) : views) {
    if (view.segment.first > upTo) break
    const isHit = rowTest(view, wish, upTo)
    if (isHit === 'none') continue
    for (let i = 0; i < view.names.length; i++) {
      const [first, last] = [view.starts[i] as number, view.starts[i + 1] as number]
      const start = firstNotBefore(view.segment, view.hiddenBefore, first, last)
      const end = wish.kind === 'before' ? firstNotBefore(view.segment, wish.beforeMs, start, last) : last
      if (isHit === 'all') events += end - start
      else for (let row = start; row < end; row++) if (isHit(row)) events += 1
    }
  }
  return events
}

/** Which rows, of those in the window of time, are hit. */
function rowTest(view: View, wish: ErasureWish, upTo: number) {
  const { project, segment, hiddenUsers } = view
  if (wish.kind === 'before' && wish.beforeMs <= segment.minMs) return 'none'
  const isEarly = segment.last <= upTo ? undefined : numberTest(view, upTo)
  if (wish.kind === 'before' && hiddenUsers.size === 0) return isEarly ?? 'all'
  const { places, find } = segment.column('users')
  if (wish.kind === 'before') {
    return (row: number) => !hiddenUsers.has(places[row] as number) && isEarly?.(row) !== false
  }
  const place = find(project, wish.userId)
  if (place === 0 || hiddenUsers.has(place)) return 'none'
  return (row: number) => places[row] === place && isEarly?.(row) !== false
}

function numberTest({ segment }: View, upTo: number): (row: number) => boolean {
  const numbers = segment.column('numbers')
  return (row) => segment.first + (numbers[row] as number) <= upTo
}

import type { View } from '../view.ts'

/** How many of some rows, `end` not included, are not those of hidden users. */
export function countVisible(view: View, start: number, end: number): number {
  if (view.hiddenUsers.size === 0) return end - start
  const { places } = view.segment.column('users')
  let visible = 0
  for (let row = start; row < end; row++) if (!view.hiddenUsers.has(places[row] as number)) visible += 1
  return visible
}

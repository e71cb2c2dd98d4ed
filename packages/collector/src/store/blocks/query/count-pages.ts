import type { Stats } from '../../event-stats.ts'
import type { View } from '../view.ts'
import type { ViewRanges } from './add-users.ts'
import type { CountUsers } from './count-users.ts'
import { countVisible } from './count-visible.ts'
import { rowRanges, type RowSelection } from './row-ranges.ts'
import { createTopPages, type TopPages } from './top-pages.ts'

/** Exact figures of a selection: events, users, and the pages with most events, ties by name, bytewise. */
export type CountPages = (views: readonly View[], selection: RowSelection, mostPages: number) => Stats

/** Where pages are more than may be counted at a time, they are counted in so many times more parts. */
const PARTS = 8

/** Memory is bound: of `pagesAtATime` different pages, where there are more of them in several passes. */
export function createCountPages(countUsers: CountUsers, pagesAtATime: number): CountPages {
  return (views, selection, mostPages) => {
    const all = views.map((view) => ({ view, ranges: rowRanges(view, selection) }))
    for (let parts = 1; ; parts *= PARTS) {
      const top = createTopPages(mostPages)
      if (!addParts(top, all, parts, pagesAtATime)) continue
      return { events: countEvents(all), uniqueUsers: countUsers(selection, all), topPages: top.best }
    }
  }
}

/** `false`: a part has more pages than may be counted at a time. */
function addParts(top: TopPages, all: readonly ViewRanges[], parts: number, pagesAtATime: number): boolean {
  for (let part = 0; part < parts; part++) {
    const pages = new Map<string, number>()
    for (const own of all) {
      addPages(pages, own, (text) => parts === 1 || hashOf(text) % parts === part)
      if (pages.size > pagesAtATime) return false
    }
    top.add(pages)
  }
  return true
}

function addPages(pages: Map<string, number>, own: ViewRanges, isInPart: (text: string) => boolean): void {
  if (own.ranges.length === 0) return
  const { texts } = own.view.segment.column('pages')
  placeCounts(own).forEach((count, place) => {
    const text = texts[place] as string
    if (place > 0 && count > 0 && isInPart(text)) pages.set(text, (pages.get(text) ?? 0) + count)
  })
}

/** Events by the place of their page; 0: those without one. */
function placeCounts({ view, ranges }: ViewRanges): Uint32Array {
  const { places, texts } = view.segment.column('pages')
  const counts = new Uint32Array(texts.length)
  for (const { start, end } of ranges) {
    if (view.hiddenUsers.size > 0) addVisible(view, counts, start, end)
    else for (let row = start; row < end; row++) counts[places[row] as number]! += 1
  }
  return counts
}

function addVisible(view: View, counts: Uint32Array, start: number, end: number): void {
  const pages = view.segment.column('pages').places
  const users = view.segment.column('users').places
  for (let row = start; row < end; row++) {
    if (!view.hiddenUsers.has(users[row] as number)) counts[pages[row] as number]! += 1
  }
}

function countEvents(all: readonly ViewRanges[]): number {
  let events = 0
  for (const { view, ranges } of all) for (const { start, end } of ranges) events += countVisible(view, start, end)
  return events
}

/** FNV-1a of UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193)
  return hash >>> 0
}

import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import { expect } from 'vitest'
import { uuidOfBytes } from '../../src/id/uuid.ts'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import type { EventContent, Segment } from '../../src/store/blocks/segment.ts'

/** Holds everything that a segment says to a plain list of the events that are to be in it. */
export function expectSegment(segment: Segment, events: readonly BlockEvent[]): void {
  const sorted = events.toSorted((a, b) => a.project - b.project || byName(a, b) || byTime(a, b))
  const rowOf = new Map(sorted.map((event, row) => [event, row]))
  const rowsOf = (some: readonly BlockEvent[]) => some.map((event) => rowOf.get(event) as number)
  expect(segment.rows).toBe(events.length)
  const times = events.map(({ timestampMs }) => timestampMs)
  expect([segment.minMs, segment.maxMs]).toEqual([Math.min(...times), Math.max(...times)])
  expectDirectory(segment, sorted)
  expectColumns(segment, sorted)

  const listed = sorted.filter(({ eventName }) => eventName !== DROPPED_EVENT_NAME)
  const order = listed.toSorted((a, b) => a.project - b.project || byTime(a, b))
  expect([...segment.column('timeOrder')]).toEqual(rowsOf(order))
  const { rows, starts } = segment.column('userOrder')
  const users = segment.column('users')
  const mayHaveUser = segment.column('mayHaveUser')
  const whose = new Map<string, { readonly project: number; readonly userId: string }>()
  for (const { project, userId } of sorted) {
    if (userId !== null) whose.set(JSON.stringify([project, userId]), { project, userId })
  }
  expect(users.ids.length).toBe(whose.size + 1)
  for (const { project, userId } of whose.values()) {
    const place = users.find(project, userId)
    expect(users.text(place)).toBe(userId)
    expect(mayHaveUser(project, userId)).toBe(true)
    const isOwn = (event: BlockEvent) => event.project === project && event.userId === userId
    for (const _ of ['first', 'again']) expect([...users.rowsOf(place)]).toEqual(rowsOf(sorted.filter(isOwn)))
    expect([...rows.subarray(starts[place], starts[place + 1])]).toEqual(rowsOf(order.filter(isOwn)))
  }
  expect(users.find(1, 'nobody has this name')).toBe(0)
  expect(mayHaveUser(1, 'nobody has this name')).toBe(false)

  const asked = [...sorted.keys()].toSorted((a, b) => ((a * 7) % 11) - ((b * 7) % 11))
  expect(segment.content(asked)).toEqual(asked.map((row) => contentOf(sorted[row] as BlockEvent)))
}

function expectDirectory(segment: Segment, sorted: readonly BlockEvent[]): void {
  const directory = segment.column('directory')
  expect([...directory.keys()]).toEqual([...new Set(sorted.map(({ project }) => project))])
  let place = 0
  for (const [project, { names, starts, orderStart, orderEnd }] of directory) {
    const own = sorted.filter((event) => event.project === project)
    expect(names).toEqual([...new Set(own.map(({ eventName }) => eventName))])
    expect(starts.at(-1)).toBe(sorted.findLastIndex((event) => event.project === project) + 1)
    for (const [i, name] of names.entries()) {
      const start = sorted.findIndex((event) => event.project === project && event.eventName === name)
      expect(starts[i]).toBe(start)
    }
    expect(orderStart).toBe(place)
    place += own.filter(({ eventName }) => eventName !== DROPPED_EVENT_NAME).length
    expect(orderEnd).toBe(place)
  }
}

function expectColumns(segment: Segment, sorted: readonly BlockEvent[]): void {
  const { base, offsets } = segment.column('times')
  const users = segment.column('users')
  const pages = segment.column('pages')
  const numbers = segment.column('numbers')
  const read = sorted.map((_, row) => ({
    number: segment.first + (numbers[row] as number),
    timestampMs: base + (offsets[row] as number),
    userId: users.places[row] === 0 ? null : users.text(users.places[row] as number),
    page: pages.texts[pages.places[row] as number],
  }))
  expect(read).toEqual(sorted.map(({ number, timestampMs, userId, page }) => ({ number, timestampMs, userId, page })))
  expect(users.ids[0]).toBe(0)
  expect(new Set(users.ids).size).toBe(users.ids.length)
  for (const column of [users.places, pages.places, numbers]) expect(column.length).toBe(sorted.length)
}

function contentOf(event: BlockEvent): EventContent {
  const { receivedAtMs, originalTimestampMs, lane, seq, key, metadata } = event
  const eventId = lane === 0 ? uuidBytes(event.eventId) : null
  return { receivedAtMs, originalTimestampMs, lane, seq, eventId, key: key === '' ? null : key, metadata }
}

/** Equal to any array of the same bytes. */
function uuidBytes(uuid: string): Uint8Array {
  return expect.toSatisfy((bytes: Uint8Array) => uuidOfBytes(Buffer.from(bytes)) === uuid) as Uint8Array
}

function byName(a: BlockEvent, b: BlockEvent): number {
  return Buffer.compare(Buffer.from(a.eventName), Buffer.from(b.eventName))
}

function byTime(a: BlockEvent, b: BlockEvent): number {
  return a.timestampMs - b.timestampMs || a.number - b.number
}

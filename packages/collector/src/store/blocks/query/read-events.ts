import { formatLaneKey } from '@truecount/protocol'
import { nameUuid, uuidOfBytes } from '../../../id/uuid.ts'
import type { EventContent, Segment } from '../segment.ts'
import type { Snapshot, View } from '../view.ts'
import type { ListedRow } from './listed-rows.ts'

/** A whole event, as segments have it. */
export interface ReadEvent {
  readonly number: number
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  readonly content: EventContent
}

/** Reads rows, in their order: what lies together is read together. */
export function readEvents(rows: readonly ListedRow[]): ReadEvent[] {
  const bySegment = new Map<Segment, number[]>()
  for (const { view, row } of rows) {
    const own = bySegment.get(view.segment) ?? []
    own.push(row)
    bySegment.set(view.segment, own)
  }
  const contents = new Map<Segment, Map<number, EventContent>>()
  for (const [segment, own] of bySegment) {
    const read = segment.content(own)
    contents.set(segment, new Map(own.map((row, i) => [row, read[i] as EventContent])))
  }
  return rows.map(({ view, row }) => {
    const { segment } = view
    const { base, offsets } = segment.column('times')
    const users = segment.column('users')
    const place = users.places[row] as number
    return {
      number: segment.first + (segment.column('numbers')[row] as number),
      eventName: nameOf(view, row),
      userId: place === 0 ? null : users.text(place),
      timestampMs: base + (offsets[row] as number),
      content: contents.get(segment)?.get(row) as EventContent,
    }
  })
}

function nameOf({ names, starts }: View, row: number): string {
  let [low, high] = [0, names.length]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((starts[middle] as number) <= row) low = middle
    else high = middle
  }
  return names[low] as string
}

/** The id of an event: kept where chance made it, made again of project and key in a lane. */
export function eventIdOf(snapshot: Snapshot, projectId: string, { lane, seq, eventId }: EventContent): string {
  if (eventId !== null) return uuidOfBytes(Buffer.from(eventId))
  return nameUuid(projectId, formatLaneKey(snapshot.laneText(lane), seq))
}

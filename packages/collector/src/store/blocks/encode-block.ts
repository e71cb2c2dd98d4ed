import {
  BLOCK_VERSION,
  EVENT_ID_BYTES,
  HEAD_BYTES,
  LINE_FEED,
  NUMBERS_LISTED,
  ORIGINALS_LISTED,
} from './block-format.ts'
import { createTextWriter } from './text-writer.ts'

/** An event with everything decided, as a block takes it. */
export interface BlockEvent {
  /** Larger than that of the event before. */
  readonly number: number
  /** Row of the project. */
  readonly project: number
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  readonly originalTimestampMs: number | null
  readonly receivedAtMs: number
  /** JSON text of `metadata.page` where that is a text; '' elsewhere. */
  readonly page: string
  /** Row of the lane, and the number in it; 0 outside a lane. */
  readonly lane: number
  readonly seq: number
  /** Outside a lane: UUID and key; '' where there is no key. */
  readonly eventId: string
  readonly key: string
  /** JSON text. */
  readonly metadata: string
}

const FIRST_BUFFER_BYTES = 1024 * 1024

/** UTF-8 of a UTF-16 code unit takes at most so many bytes. */
const MAX_UNIT_BYTES = 3

/** Returns what writes at least one event, in the order of their numbers. Its result is good until it is called again. */
export function createBlockEncoder(): (events: readonly BlockEvent[]) => Buffer {
  let scratch = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES)
  return (events) => {
    const { length } = events
    const first = (events[0] as BlockEvent).number
    const listsNumbers = (events[length - 1] as BlockEvent).number - first !== length - 1
    const listsOriginals = events.some(({ originalTimestampMs }) => originalTimestampMs !== null)
    const doubles = listsOriginals ? 4 : 3
    const words = listsNumbers ? 6 : 5
    const names = createPlaces([])
    // Place 0 stands for none: no text leads to it.
    const users = createPlaces([''])
    const pages = createPlaces([''])
    const columnsEnd = HEAD_BYTES + length * (8 * doubles + 4 * words)
    let units = 0
    for (const { metadata, key } of events) units += metadata.length + key.length

    const placed = new Uint32Array(3 * length)
    for (let row = 0; row < length; row++) {
      const { eventName, userId, page } = events[row] as BlockEvent
      placed[row] = names.placeOf(eventName)
      placed[length + row] = userId === null ? 0 : users.placeOf(userId)
      placed[2 * length + row] = page === '' ? 0 : pages.placeOf(page)
    }
    const bytes =
      columnsEnd +
      length * (EVENT_ID_BYTES + 5) +
      MAX_UNIT_BYTES * units +
      names.maxBytes() +
      users.maxBytes() +
      pages.maxBytes()
    if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * bytes)

    const flags = (listsNumbers ? NUMBERS_LISTED : 0) | (listsOriginals ? ORIGINALS_LISTED : 0)
    new Uint32Array(scratch.buffer, 0, 4).set([BLOCK_VERSION, length, flags, 0])
    const floats = new Float64Array(scratch.buffer, HEAD_BYTES, doubles * length)
    const uints = new Uint32Array(scratch.buffer, HEAD_BYTES + 8 * doubles * length, words * length)
    uints.set(placed, length)
    const writer = createTextWriter(scratch, columnsEnd)
    for (const { texts } of [names, users, pages]) writer.list(texts)
    for (let row = 0; row < length; row++) {
      const event = events[row] as BlockEvent
      floats[row] = event.timestampMs
      floats[length + row] = event.receivedAtMs
      floats[2 * length + row] = event.seq
      if (listsOriginals) floats[3 * length + row] = event.originalTimestampMs ?? Number.NaN
      uints[row] = event.project
      uints[4 * length + row] = event.lane
      if (listsNumbers) uints[5 * length + row] = event.number - first
      if (event.lane === 0) {
        writer.uuid(event.eventId)
        writer.text(event.key)
      }
    }
    for (let row = 0; row < length; row++) {
      if (row > 0) writer.byte(LINE_FEED)
      writer.bare((events[row] as BlockEvent).metadata)
    }
    return scratch.subarray(0, writer.end())
  }
}

/** The distinct texts of a column, in the order in which they came. */
function createPlaces(texts: string[]) {
  const places = new Map<string, number>()
  let units = 0
  return {
    texts,
    maxBytes: () => 4 + 4 * texts.length + MAX_UNIT_BYTES * units,
    placeOf(text: string): number {
      const known = places.get(text)
      if (known !== undefined) return known
      const place = texts.push(text) - 1
      places.set(text, place)
      units += text.length
      return place
    },
  }
}

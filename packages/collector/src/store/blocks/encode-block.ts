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

const LINE_BREAK = String.fromCharCode(LINE_FEED)

const FIRST_BUFFER_BYTES = 1024 * 1024

/** UTF-8 of a UTF-16 code unit takes at most so many bytes. */
const MAX_UNIT_BYTES = 3

/** Returns what writes at least one event, in the order of their numbers. Its result is good until it is called again. */
export function createBlockEncoder(): (events: readonly BlockEvent[]) => Buffer {
  let scratch = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES)
  return (events) => {
    const shape = shapeOf(events)
    const dictionaries = placeTexts(events)
    const bytes = shape.columnsEnd + maxTextBytes(events, dictionaries)
    if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * bytes)
    writeColumns(scratch.buffer, events, shape, dictionaries.columns)
    return scratch.subarray(0, writeTexts(scratch, events, shape, dictionaries))
  }
}

interface Shape {
  readonly length: number
  readonly listsNumbers: boolean
  readonly listsOriginals: boolean
  /** Columns of 8 bytes, and of 4. */
  readonly doubles: number
  readonly words: number
  readonly columnsEnd: number
}

function shapeOf(events: readonly BlockEvent[]): Shape {
  const { length } = events
  const [first, last] = [events[0] as BlockEvent, events[length - 1] as BlockEvent]
  const listsNumbers = last.number - first.number !== length - 1
  const listsOriginals = events.some(({ originalTimestampMs }) => originalTimestampMs !== null)
  const doubles = listsOriginals ? 4 : 3
  const words = listsNumbers ? 6 : 5
  const columnsEnd = HEAD_BYTES + length * (8 * doubles + 4 * words)
  return { length, listsNumbers, listsOriginals, doubles, words, columnsEnd }
}

function placeTexts(events: readonly BlockEvent[]) {
  const { length } = events
  const names = createPlaces([])
  // Place 0 stands for none: no text leads to it.
  const users = createPlaces([''])
  const pages = createPlaces([''])
  const columns = new Uint32Array(3 * length)
  for (let row = 0; row < length; row++) {
    const { eventName, userId, page } = events[row] as BlockEvent
    columns[row] = names.placeOf(eventName)
    columns[length + row] = userId === null ? 0 : users.placeOf(userId)
    columns[2 * length + row] = page === '' ? 0 : pages.placeOf(page)
  }
  return { columns, lists: [names, users, pages] }
}

type Dictionaries = ReturnType<typeof placeTexts>

function maxTextBytes(events: readonly BlockEvent[], { lists }: Dictionaries): number {
  let bytes = events.length * (EVENT_ID_BYTES + 5)
  for (const { metadata, key } of events) bytes += MAX_UNIT_BYTES * (metadata.length + key.length)
  for (const list of lists) bytes += list.maxBytes()
  return bytes
}

function writeColumns(memory: ArrayBufferLike, events: readonly BlockEvent[], shape: Shape, placed: Uint32Array): void {
  const { length, listsNumbers, listsOriginals, doubles, words } = shape
  const flags = (listsNumbers ? NUMBERS_LISTED : 0) | (listsOriginals ? ORIGINALS_LISTED : 0)
  new Uint32Array(memory, 0, 4).set([BLOCK_VERSION, length, flags, 0])
  const floats = new Float64Array(memory, HEAD_BYTES, doubles * length)
  const uints = new Uint32Array(memory, HEAD_BYTES + 8 * doubles * length, words * length)
  const first = (events[0] as BlockEvent).number
  uints.set(placed, length)
  for (let row = 0; row < length; row++) {
    const event = events[row] as BlockEvent
    floats[row] = event.timestampMs
    floats[length + row] = event.receivedAtMs
    floats[2 * length + row] = event.seq
    if (listsOriginals) floats[3 * length + row] = event.originalTimestampMs ?? Number.NaN
    uints[row] = event.project
    uints[4 * length + row] = event.lane
    if (listsNumbers) uints[5 * length + row] = event.number - first
  }
}

/** Returns where the block ends. */
function writeTexts(scratch: Buffer, events: readonly BlockEvent[], shape: Shape, { lists }: Dictionaries): number {
  const writer = createTextWriter(scratch, shape.columnsEnd)
  for (const { texts } of lists) writer.list(texts)
  for (const { lane, eventId, key } of events) {
    if (lane !== 0) continue
    writer.uuid(eventId)
    writer.text(key)
  }
  // In one piece: a call for each would cost more than its bytes.
  writer.bare(events.map(({ metadata }) => metadata).join(LINE_BREAK))
  return writer.end()
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

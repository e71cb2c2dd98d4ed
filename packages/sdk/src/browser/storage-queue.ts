import type { MeasureText } from '../capture/create-event.ts'
import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import { LOOK_EVERY_CHARACTERS } from '../tuning.ts'
import type { SafeStorage } from './safe-storage.ts'

/** A queue whose events are in web storage when `put` returns, and with them those of tabs that are gone. */
export interface StorageQueue {
  readonly queue: EventQueue
  /** Writes an event down that is not queued, or not yet; one with its key that is there already is replaced. */
  write(event: QueuedEvent): void
  /**
   * Storage is open: it may be used from now on, and what waits is written down (`true`), or all events that are there
   * must be erased, whichever tab left them (`false`).
   */
  persist(allowed: boolean): void
  /** The lane of each event in storage, this tab's own included. */
  lanes(): readonly string[]
  /** Takes a lane's events over: they are this queue's from now on, in storage too. */
  adopt(lane: string): void
}

/**
 * Each event is an entry of its own, `<prefix><lane><idempotency key>`: tabs never write the same entry, and a tab
 * that dies in the middle of a write harms no other event. All lanes' names are of one length. `maxBytes` bounds what the
 * queue holds, and (in characters) the entries of all tabs together. An event that storage does not take stays in memory.
 */
export function createStorageQueue(
  storage: SafeStorage,
  prefix: string,
  lane: string,
  maxBytes: number,
  utf8Bytes: MeasureText,
): StorageQueue {
  const own = prefix + lane
  /** Characters that may be written, as of the last look, and those until the next. */
  let room = 0
  let untilLook = 0

  const entries = () =>
    storage((open) => Object.entries<string>(open as never).filter(([name]) => name.startsWith(prefix))) ?? []

  function write({ key, json }: QueuedEvent) {
    untilLook -= json.length
    if (untilLook < 0) {
      untilLook = LOOK_EVERY_CHARACTERS
      room = maxBytes - entries().join().length
    }
    room -= json.length
    if (room >= 0) storage((open) => open.setItem(own + key, json))
  }

  const queue = createMemoryQueue(maxBytes, write, ({ key, json }) => {
    room += json.length
    storage((open) => open.removeItem(own + key))
  })

  return {
    queue,
    write,
    persist(allowed) {
      if (allowed) [...queue.peek()].forEach(write)
      else entries().forEach(([name]) => storage((open) => open.removeItem(name)))
    },
    lanes: () => entries().map(([name]) => name.slice(prefix.length, own.length)),
    adopt(other) {
      // Shorter keys first: the numbers at their ends then ascend, and events keep the order of their capture.
      // oxlint-disable-next-line typescript/require-array-sort-compare -- a pair's text begins with its name
      for (const [name, text] of entries()
        .sort()
        .sort(([a], [b]) => a.length - b.length)) {
        const key = name.slice(own.length)
        // What does not fit stays where it is, for the next heir. The old entry goes first: storage may be full.
        if (name.startsWith(prefix + other) && queue.put({ key, json: text, bytes: utf8Bytes(text) })) {
          storage((open) => (open.removeItem(name), open.setItem(own + key, text)))
        }
      }
    },
  }
}

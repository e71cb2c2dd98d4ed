import { hostname } from 'node:os'
import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import { createJournal, type Journal } from './journal.ts'
import { adoptDeadLanes, createLaneFolder, type AdoptedLane, type LaneFolder } from './lane-folder.ts'
import { createLaneKey, type LaneKey } from './lane-key.ts'
import { describeOwner } from './lane-owner.ts'

/** How often a queue is tended, in milliseconds. */
export const TEND_INTERVAL_MS = 20_000

/** Where events wait, as the tracker opens it. */
export interface OpenQueue {
  readonly queue: EventQueue
  /** Writes an event down that is not queued, or not yet; one with its key that is there already is replaced. */
  write(event: QueuedEvent): void
  /**
   * Storage may be used: writes down what waits, gives a sign of life, takes over what dead processes left and there is
   * room for. Called when consent is there, and every {@link TEND_INTERVAL_MS} from then on.
   */
  tend(): void
  /** The collector refuses the tracker's key, or takes it again: while it does not, what waits is for any key. */
  refused(isSo: boolean): void
  /** The process ends: leaves nothing behind if nothing waits. What is put in all the same is written down. */
  leave(): unknown
  /** Ends the use: as `leave`, and what waits is for whoever opens a queue next, in this process too. */
  close(): void
}

/** What an open queue tells its tracker. */
export interface QueueListener {
  /** Events are not as durable as promised, and why. */
  problem(message: string): void
  /** A record of a dead process could not be read: cut short by a crash, or damaged since. Once for each. */
  unreadable(message: string): void
}

/** What `queue:` takes: a place that the tracker opens for its lane, whose events are sent with this API key. */
export interface QueuePlace {
  open(lane: string, key: string, maxBytes: number, now: () => number, listener: QueueListener): OpenQueue
}

/**
 * A durable queue in `folder`: when `track()` returns, the event is in a file and survives a killed process (not a power
 * cut). Any number of processes may share the folder; each writes a lane of its own, and whoever lives adopts what the
 * dead left, if it has the same key, or the collector refused theirs. An event that the disk does not take stays in memory, and an `error` signal says so.
 */
export function fileQueue(folder: string): QueuePlace {
  return {
    open: (lane, key, maxBytes, now, listener) =>
      createFileQueue({ folder, lane, laneKey: createLaneKey(folder, key), maxBytes, now, listener }),
  }
}

interface FileQueueParts {
  readonly folder: string
  readonly lane: string
  readonly laneKey: LaneKey
  readonly maxBytes: number
  readonly now: () => number
  readonly listener: QueueListener
}

interface HeldLane {
  readonly adopted: AdoptedLane
  /** So many of its events, the first ones, were put into the queue, or never fit. */
  passed: number
  /** All of those are in a file of ours. */
  isSafe: boolean
}

function createFileQueue({ folder, lane, laneKey, maxBytes, now, listener }: FileQueueParts): OpenQueue {
  // The global one: `node:process` would be a third of the time that importing this entry takes.
  const kill = process.kill.bind(process)
  const self = describeOwner(process.pid, hostname(), laneKey.hash)
  let laneFolder: LaneFolder | undefined
  let journal: Journal | undefined
  // The lane that is being taken over: what found no room in the queue waits for the next time.
  let held: HeldLane | undefined
  let isToldOfForeign = false
  let isRefused: boolean | undefined

  // What was jotted down is there already.
  const memory = createMemoryQueue(maxBytes, (event) => journal?.has(event.key) || write(event))

  function write({ key, json }: QueuedEvent) {
    if (journal?.append(key, json) === false) listener.problem('an event could not be written, it waits in memory')
  }

  function begin() {
    journal?.close()
    journal = undefined
    laneFolder = createLaneFolder(folder, lane, self)
    laneFolder.settle()
    laneFolder.touch(new Date(now()))
    journal = createJournal(laneFolder.path, laneFolder.settle)
    for (const event of memory.peek()) write(event)
  }

  /** Whether nothing of it is left to be taken. */
  function takeOver(one: HeldLane): boolean {
    const { events, unreadable } = one.adopted.read()
    for (const event of events.slice(one.passed)) {
      if (!memory.put(event) && event.bytes <= maxBytes) return false
      one.passed++
      one.isSafe &&= journal?.has(event.key) === true
    }
    if (one.isSafe) one.adopted.discard()
    for (let i = 0; i < unreadable; i++) listener.unreadable('a record of a dead process could not be read')
    return true
  }

  function adopt() {
    // Each attempt reads the whole lane: it must be worth it.
    if (memory.bytes() > maxBytes / 2 || (held && !takeOver(held))) return
    held = undefined
    for (const adopted of adoptDeadLanes(folder, { lane, self, key: laneKey, now: now(), kill, foreign })) {
      const next = { adopted, passed: 0, isSafe: true }
      if (takeOver(next)) continue
      held = next
      return
    }
  }

  function foreign() {
    if (!isToldOfForeign)
      listener.problem(`${folder} holds events of another key, which wait for a tracker with that key`)
    isToldOfForeign = true
  }

  function leave(): boolean {
    journal?.close()
    return laneFolder?.removeEmpty() ?? true
  }

  return {
    queue: {
      ...memory,
      remove(events) {
        memory.remove(events)
        journal?.remove(events.map(({ key }) => key))
      },
    },
    write,
    tend() {
      try {
        // It may have been deleted, or taken by who thought us dead: what waits is written down anew.
        if (!journal || !laneFolder?.touch(new Date(now()))) begin()
        adopt()
      } catch (cause) {
        // A lane that can't be read is left to the next process: it must not stand in the way of the others.
        held = undefined
        listener.problem(`the file queue in ${folder} does not work, events wait in memory: ${String(cause)}`)
      }
    },
    refused(isSo) {
      if (journal === undefined || isRefused === isSo) return
      isRefused = isSo
      try {
        laneKey.mark(isSo)
      } catch {
        // What waits is for this key alone, as it was.
      }
    },
    leave,
    close() {
      if (!leave()) laneFolder?.abandon()
      held?.adopted.abandon()
      // What is confirmed or given up from now on is in a folder that may be another's.
      journal = held = undefined
    },
  }
}

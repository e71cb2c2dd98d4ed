import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { decodeJournal, type JournalContent } from './journal-record.ts'
import type { LaneKey } from './lane-key.ts'
import { isAlive, type LaneOwner } from './lane-owner.ts'

const OWNER_FILE = 'owner.json'
const NEXT_OWNER_FILE = 'owner.next'

/** The folder of one lane: its owner's name and its journal. Every lane has a folder of its own in the queue's. */
export interface LaneFolder {
  readonly path: string
  /** Makes the folder. Throws where the file system does not let us. */
  settle(): void
  /** A sign of life, for those who can't look the process up. Whether the folder is still there. */
  touch(now: Date): boolean
  /** Whether it deleted the folder: a journal that is still in it keeps it. */
  removeEmpty(): boolean
  /** What is still in it is for whoever comes first, though this process lives on. */
  abandon(): void
}

/** A dead owner's lane, now ours. */
export interface AdoptedLane {
  /** What is in it, the same each time: nobody writes it any more. Throws where the file system does not let us. */
  read(): JournalContent
  /** Deletes the folder: everything in it is confirmed, or taken over. */
  discard(): void
  /** As with a folder of one's own: the rest is for whoever comes first. */
  abandon(): void
}

export function createLaneFolder(queueFolder: string, lane: string, owner: LaneOwner): LaneFolder {
  const path = join(queueFolder, lane)
  const ownerFile = join(path, OWNER_FILE)
  return {
    path,
    settle() {
      mkdirSync(path, { recursive: true })
      writeOwner(path, owner)
    },
    touch(now) {
      try {
        utimesSync(ownerFile, now, now)
        return true
      } catch {
        return false
      }
    },
    removeEmpty() {
      try {
        if (journalsIn(path).length > 0) return false
        for (const file of [ownerFile, join(path, NEXT_OWNER_FILE)]) rmSync(file, { force: true })
        rmdirSync(path)
        return true
      } catch {
        // The process ends and can tell nobody; what is left, the next start adopts.
        return false
      }
    },
    abandon: () => abandon(path, owner),
  }
}

/** Who takes lanes over. */
export interface Adopter {
  readonly lane: string
  readonly self: LaneOwner
  readonly key: LaneKey
  readonly now: number
  readonly kill: (pid: number, signal: 0) => unknown
  /** A dead owner's events are for another key: they stay. */
  foreign(): void
}

/**
 * Takes over the lanes whose owner is gone, each when it is asked for: the others stay for whoever has room. Of several
 * processes that try at once, the file system lets one rename the folder. A crash in between leaves a folder whose owner
 * is dead: the next one takes it.
 */
export function* adoptDeadLanes(queueFolder: string, adopter: Adopter): Generator<AdoptedLane> {
  const { lane, self, key, foreign } = adopter
  for (const name of readdirSync(queueFolder)) {
    if (name === lane || name.endsWith(`.${lane}`)) continue
    const path = join(queueFolder, name)
    const dead = deadOwner(path, adopter)
    if (!dead) continue
    if (!key.fits(dead.key)) {
      if (hasEvents(path)) foreign()
      continue
    }
    const ours = join(queueFolder, `${name.split('.', 1)[0]}.${lane}`)
    try {
      renameSync(path, ours)
      writeOwner(ours, self)
    } catch {
      // Somebody else was first, or took it between our rename and our name in it: it is theirs.
      continue
    }
    yield {
      read: () => readJournals(ours),
      discard: () => rmSync(ours, { recursive: true, force: true }),
      abandon: () => abandon(ours, self),
    }
  }
}

/** In one step: a full disk or a kill halfway leaves the name that was there. Nobody takes a folder over that bears no name. */
function writeOwner(path: string, owner: LaneOwner) {
  const next = join(path, NEXT_OWNER_FILE)
  writeFileSync(next, JSON.stringify(owner))
  renameSync(next, join(path, OWNER_FILE))
}

function abandon(path: string, owner: LaneOwner) {
  try {
    writeOwner(path, { ...owner, hasLeft: true })
  } catch {
    // The folder is gone, or waits until this process is.
  }
}

function readJournals(path: string): JournalContent {
  const texts = journalsIn(path).map((file) => readFileSync(join(path, file), 'utf8'))
  // A line of their own: what a crash cut short in one must not spoil the first record of the next.
  return decodeJournal(texts.join('\n'))
}

function hasEvents(path: string): boolean {
  try {
    return journalsIn(path).some((file) => statSync(join(path, file)).size > 0)
  } catch {
    // Another process is just taking it.
    return false
  }
}

function journalsIn(path: string): string[] {
  return readdirSync(path)
    .filter((file) => file.endsWith('.journal'))
    .sort()
}

function deadOwner(path: string, { self, now, kill }: Adopter): LaneOwner | undefined {
  try {
    const ownerFile = join(path, OWNER_FILE)
    const owner = JSON.parse(readFileSync(ownerFile, 'utf8')) as LaneOwner
    return isAlive(owner, self, now - statSync(ownerFile).mtimeMs, kill) ? undefined : owner
  } catch {
    // No readable owner: a process is just making this folder, or the folder is not ours to touch.
    return undefined
  }
}

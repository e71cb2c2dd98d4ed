import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord, encodeRemoval } from './journal-record.ts'

/** A file of at most this size is written before the next one begins. */
const MAX_SEGMENT_BYTES = 1024 * 1024

interface Segment {
  readonly path: string
  /** Events in it that are not confirmed. When none is left the file is of no use. */
  live: number
}

/**
 * An append-only record of what waits, in numbered files. When `append` returns `true` the kernel has the bytes: they
 * survive the process, however it ends, though not a power cut.
 */
export interface Journal {
  /**
   * Whether the event is in the file. `false` where the disk is full or gone; nothing half-written stays. One that was
   * appended before under this key is replaced.
   */
  append(key: string, json: string): boolean
  /** Whether the event is in the file, and not confirmed. */
  has(key: string): boolean
  /** Forgets confirmed events, and deletes files that hold nothing else. */
  remove(keys: readonly string[]): void
  /** Leaves no file open until something is written again. */
  close(): void
}

/** `makeFolder` makes it if it is not there; called before each file is begun. May throw. */
export function createJournal(folder: string, makeFolder: () => void): Journal {
  const segments = new Map<string, Segment>()
  let count = 0
  let current: Segment | undefined
  let file: number | undefined
  let size = 0

  function rotate() {
    close()
    makeFolder()
    current = { path: join(folder, `${String(++count).padStart(8, '0')}.journal`), live: 0 }
    file = openSync(current.path, 'a')
    size = 0
  }

  function close() {
    if (file !== undefined) closeSync(file)
    file = undefined
    if (current?.live === 0) removeFile(current.path)
  }

  function write(line: string): boolean {
    try {
      const bytes = Buffer.byteLength(line)
      if (file === undefined || size + bytes > MAX_SEGMENT_BYTES) rotate()
      const isWhole = writeWhole(file as number, line, bytes, size)
      if (isWhole) size += bytes
      return isWhole
    } catch {
      // Disk full, folder gone, no permission: the caller keeps the event in memory and says so.
      return false
    }
  }

  function forget(key: string) {
    const segment = segments.get(key)
    segments.delete(key)
    if (segment === undefined || --segment.live > 0) return
    if (segment !== current) removeFile(segment.path)
    else if (file !== undefined && emptyFile(file)) size = 0
  }

  return {
    append(key, json) {
      if (!write(encodeRecord(json))) return false
      const segment = current as Segment
      segment.live++
      forget(key)
      segments.set(key, segment)
      return true
    },
    has: (key) => segments.has(key),
    remove(keys) {
      const kept = keys.filter((key) => segments.has(key))
      for (const key of kept) forget(key)
      if (current !== undefined && current.live > 0 && kept.length > 0) write(encodeRemoval(kept))
    },
    close,
  }
}

function writeWhole(file: number, line: string, bytes: number, size: number): boolean {
  if (writeSync(file, line) === bytes) return true
  ftruncateSync(file, size)
  return false
}

/** A disk that became read-only keeps what is confirmed: it is sent once more, and recognised. */
function removeFile(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // As said.
  }
}

function emptyFile(file: number): boolean {
  try {
    ftruncateSync(file, 0)
    return true
  } catch {
    return false
  }
}

import type { Durability, Store } from '../store.ts'
import { openBlockStore } from './open-block-store.ts'

/** Events of a segment, at least; the block that completes them is in whole. */
const SEGMENT_EVENTS = 131_072

/** Most memory for columns of segments, which are read again when they are asked for. */
const COLUMN_MB = 192

/** Who hears of what is done while nobody waits for it. */
export interface StoreObserver {
  /** The events of a file of the days before blocks are moved when it is opened. */
  moved(done: number, total: number): void
  failed(error: unknown): void
}

/**
 * Opens a file, makes it if there is none, and brings it up to date. Rejects with `StoreError` (`unusable`) when the file
 * can't be opened, is no SQLite database or is newer than the program.
 */
export function openStore(
  path: string,
  durability: Durability,
  observer: StoreObserver,
  columnMb: number = COLUMN_MB,
): Promise<Store> {
  return openBlockStore({
    path,
    durability,
    onMoved: observer.moved,
    onError: observer.failed,
    segmentEvents: SEGMENT_EVENTS,
    columnBytes: columnMb * 1024 * 1024,
    faultPoint: () => undefined,
  })
}

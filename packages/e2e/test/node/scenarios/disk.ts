import { makeReadOnly, comeBack, removeFolder } from '../acts.ts'
import type { Scenario } from '../scenario.ts'

const flush = { do: 'flush', timeoutMs: 40_000 } as const
const tracked = { do: 'say', line: 'tracked' } as const
const track = { do: 'track', count: 500, bytes: 200 } as const

/** What does not fit on the disk waits in memory, and the application is told. */
export const DISK: readonly Scenario[] = [
  {
    name: 'disk full: what it does not take waits in memory',
    startsDown: true,
    queue: 'tinyDisk',
    runs: [{ steps: [track, tracked, flush, track, flush], when: [{ said: 'tracked', acts: [comeBack] }] }],
    expected: { error: /could not be written, it waits in memory/ },
  },
  {
    name: 'the disk becomes read-only: what is confirmed can no longer be deleted, and no harm comes of it',
    startsDown: true,
    queue: 'disk',
    runs: [
      {
        // More than a segment of 1 MB, so that a file falls due for deletion.
        steps: [{ do: 'track', count: 1000, bytes: 1200 }, tracked, flush, { do: 'track', count: 50 }, flush],
        when: [{ said: 'tracked', acts: [makeReadOnly, comeBack] }],
      },
    ],
  },
  {
    name: 'folder not writable: events wait in memory',
    queue: 'unusable',
    runs: [{ steps: [track, flush] }],
    expected: { error: /the file queue in .* does not work, events wait in memory/ },
  },
  {
    name: 'the folder is removed under the running process',
    startsDown: true,
    queue: 'folder',
    runs: [
      {
        steps: [track, tracked, { do: 'track', count: 50, perTurn: 1, everyMs: 10 }, flush],
        when: [{ said: 'tracked', acts: [removeFolder, comeBack] }],
      },
    ],
  },
]

import { createRandom, seeded } from '@truecount/testkit'
import { expect } from 'vitest'
import { comeBack, flipByte, heal, killFirst, tearLastRecord } from '../acts.ts'
import type { Scenario } from '../scenario.ts'
import { SEED } from '../seed.ts'

const flush = { do: 'flush', timeoutMs: 40_000 } as const
const PEAK_MB = 200
/** What a process of Node 24 takes that does nothing. */
const BARE_NODE_MB = 41

export const PROCESS: readonly Scenario[] = [
  {
    name: 'natural exit sends what waits',
    runs: [{ steps: [{ do: 'track', count: 50 }] }],
  },
  {
    name: 'nothing keeps the process alive once all is sent',
    queue: 'folder',
    runs: [{ steps: [{ do: 'track', count: 50 }, flush] }],
    expected: { check: ({ results: [result] }) => expect(result?.lingerMs).toBeLessThan(2500) },
  },
  {
    name: 'natural exit in an outage ends in bounded time, next start delivers',
    startsDown: true,
    queue: 'folder',
    runs: [{ steps: [{ do: 'track', count: 50 }] }, { before: [comeBack], steps: [flush] }],
    expected: { adopted: 50, check: ({ results: [first] }) => expect(first?.lingerMs).toBeLessThan(20_000) },
  },
  {
    name: 'SIGKILL in an outage, restart: 500 events',
    startsDown: true,
    queue: 'folder',
    runs: [
      {
        steps: [
          { do: 'track', count: 500 },
          { do: 'say', line: 'tracked' },
        ],
        when: [{ said: 'tracked', acts: [killFirst] }],
        killed: [0],
      },
      { before: [comeBack], steps: [flush] },
    ],
    expected: { adopted: 500 },
  },
  {
    name: 'restarts in an outage',
    startsDown: true,
    queue: 'folder',
    runs: [
      {
        steps: [
          { do: 'track', count: 250 },
          { do: 'shutdown', timeoutMs: 200 },
        ],
      },
      {
        steps: [
          { do: 'track', count: 250 },
          { do: 'shutdown', timeoutMs: 200 },
        ],
      },
      { before: [comeBack], steps: [flush] },
    ],
    expected: { adopted: 250 + 500 },
  },
  {
    name: 'process.exit(0) right after 500 track(), next start delivers',
    queue: 'folder',
    runs: [{ steps: [{ do: 'track', count: 500 }, { do: 'exit' }] }, { steps: [flush] }],
    expected: { adopted: 500 },
  },
  {
    name: 'several processes share a folder, one is killed, several start again at once',
    faults: () => seeded(createRandom(SEED), { dropReply: 0.3 }),
    startsDown: true,
    queue: 'folder',
    runs: [
      {
        processes: 4,
        steps: [
          { do: 'track', count: 150 },
          { do: 'say', line: 'tracked' },
          { do: 'shutdown', timeoutMs: 1000 },
        ],
        when: [{ said: 'tracked', acts: [killFirst] }],
        killed: [0],
      },
      { before: [comeBack], processes: 3, steps: [{ do: 'track', count: 50 }, flush] },
      { before: [heal], steps: [flush] },
    ],
    expected: { adopted: 600, met: ['dropReply'] },
  },
  {
    name: 'a torn last record costs no other event',
    startsDown: true,
    queue: 'folder',
    runs: [
      { steps: [{ do: 'track', count: 100 }, { do: 'exit' }] },
      { before: [tearLastRecord, comeBack], steps: [flush] },
    ],
    expected: {
      adopted: 100,
      destroyed: 1,
      destroyedUnseen: 1,
      drops: { storage_failed: 1 },
      error: /a record of a dead process could not be read/,
    },
  },
  {
    name: 'a flipped byte costs one event, and the books show it',
    startsDown: true,
    queue: 'folder',
    runs: [{ steps: [{ do: 'track', count: 100 }, { do: 'exit' }] }, { before: [flipByte, comeBack], steps: [flush] }],
    expected: {
      adopted: 100,
      destroyed: 1,
      drops: { storage_failed: 1 },
      error: /a record of a dead process could not be read/,
    },
  },
  burst('memory'),
  burst('folder'),
]

function burst(queue: 'memory' | 'folder'): Scenario {
  return {
    name: `a burst of 200,000, server down, queue in ${queue === 'memory' ? 'memory' : 'a folder'}: bounded memory, every drop counted and told`,
    startsDown: true,
    queue,
    runs: [
      {
        steps: [{ do: 'track', count: 200_000, bytes: 700 }, { do: 'say', line: 'tracked' }, flush],
        when: [{ said: 'tracked', acts: [comeBack] }],
      },
    ],
    expected: {
      drops: 'counted',
      error: /queue_full/,
      check({ results: [result] }) {
        // Node reads this test's TypeScript itself, which costs 30 MB that no application pays.
        const added = (result?.peakMb ?? Infinity) - (result?.floorMb ?? 0)
        expect(BARE_NODE_MB + added).toBeLessThan(PEAK_MB)
      },
    },
  }
}

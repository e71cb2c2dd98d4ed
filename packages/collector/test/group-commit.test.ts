import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGroupCommit } from '../src/ingest/group-commit.ts'
import type { LedgerBatch, LedgerEntry } from '../src/store/ledger.ts'

const ENTRY: LedgerEntry = {
  kind: 'rejection',
  eventId: 'e',
  key: { kind: 'none' },
  error: 'invalid_request',
  receivedAtMs: 0,
}

function batch(events: number): LedgerBatch {
  return { projectId: 'p', entries: Array.from({ length: events }, () => ENTRY) }
}

/** A ledger whose commits end when they are told to; `groups` are the sizes of what it was given. */
function startWaiting() {
  const groups: number[][] = []
  const ends: (() => void)[] = []
  const submit = createGroupCommit({
    ledger: {
      async ingest(batches) {
        groups.push(batches.map(({ entries }) => entries.length))
        await new Promise<void>((resolve) => ends.push(resolve))
        const verdicts = batches.map(({ entries }) => entries.map(() => 'rejected' as const))
        return { verdicts, ids: batches.map(() => []), enqueued: 0 }
      },
    },
    plan: () => [],
    afterTurn: setImmediate,
    onEnqueued: () => undefined,
    monotonicMs: () => 0,
    onCommitted: () => undefined,
  })
  return { groups, submit, endCommit: () => ends.shift()?.() }
}

test('What comes while a commit waits for the file is one commit after it', async () => {
  const { groups, submit, endCommit } = startWaiting()
  const first = [submit(batch(1)), submit(batch(2))]
  await turn()
  const second = [submit(batch(3)), submit(batch(4))]
  await turn()
  expect(groups).toEqual([[1, 2]])
  endCommit()
  await Promise.all(first)
  await turn()
  expect(groups).toEqual([
    [1, 2],
    [3, 4],
  ])
  endCommit()
  expect((await Promise.all(second)).map(({ verdicts }) => verdicts.length)).toEqual([3, 4])
})

test('No more than 10,000 events wait for a commit that waits; then there is room again', async () => {
  const { submit, endCommit } = startWaiting()
  const first = submit(batch(20_000))
  await turn()
  const second = [submit(batch(9_999)), submit(batch(1))]
  await expect(submit(batch(1))).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' })
  endCommit()
  await first
  await turn()
  const third = submit(batch(1))
  endCommit()
  await Promise.all(second)
  await turn()
  endCommit()
  await third
})

import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import { createCountPages } from '../../src/store/blocks/query/count-pages.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { isHidden, PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const file = createBlockFile()
const db = new Database(file.path, { readonly: true })
const seal = createSealBlocks(db)
afterAll(() => {
  db.close()
  file.remove()
})

const anyEvent = fc.record({
  page: fc.oneof(
    fc.constant(''),
    fc.nat(30).map((i) => JSON.stringify(`/${i}`)),
    fc.string().map((page) => JSON.stringify(page)),
  ),
  userId: fc.constantFrom('ada', 'bob'),
})
const anyCase = fc.record({
  segments: fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
  isErased: fc.boolean(),
  pagesAtATime: fc.integer({ min: 1, max: 9 }),
  mostPages: fc.integer({ min: 1, max: 12 }),
})

test('Events and top pages are counted exactly, however few pages may be counted at a time', () => {
  fc.assert(
    fc.property(anyCase, ({ segments, isErased, pagesAtATime, mostPages }) => {
      file.clear()
      let number = 0
      const stored = segments.flatMap((events, i) => {
        const block = events.map((event): BlockEvent => ({ ...PLAIN_EVENT, number: ++number, seq: number, ...event }))
        file.append(block)
        if (i === 0) {
          const { segment, users } = seal({ minWeight: 1, upTo: Number.MAX_SAFE_INTEGER })
          file.addUsers(users)
          file.switchOn(segment)
        }
        return block
      })
      const erasures = isErased ? [{ project: 1, before: null, userId: 'ada', upTo: number }] : []
      for (const erasure of erasures) file.erase(erasure)
      const visible = stored.filter((event) => !isHidden(event, erasures))
      const counts = new Map<string, number>()
      for (const { page } of visible) if (page !== '') counts.set(page, (counts.get(page) ?? 0) + 1)
      const topPages = Array.from(counts, ([text, events]) => ({ page: JSON.parse(text) as string, events }))
        .toSorted((a, b) => b.events - a.events || Buffer.compare(Buffer.from(a.page), Buffer.from(b.page)))
        .slice(0, mostPages)
      const countPages = createCountPages(() => 0, pagesAtATime)
      const selection = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
      const counted = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 30 }).read(({ views }) =>
        countPages(views(1), selection, mostPages),
      )
      expect(counted).toEqual({ events: visible.length, uniqueUsers: 0, topPages })
    }),
    { numRuns: 200 },
  )
})

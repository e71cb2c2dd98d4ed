import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

interface Event {
  readonly user_id: string
  readonly event_type: string
  readonly timestamp: string
  readonly metadata: { readonly page?: unknown }
}

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2025, 0, 1)

const instant = fc
  .tuple(fc.integer({ min: -2, max: 4 }), fc.constantFrom(0, 1, 1_800_000, HOUR_MS - 1))
  .map(([hour, ms]) => START_MS + hour * HOUR_MS + ms)

const event: fc.Arbitrary<Event> = fc.record({
  user_id: fc.constantFrom('1', '2', 'ada', '3'),
  event_type: fc.constantFrom('click', 'view', 'constructor'),
  timestamp: instant.map((ms) => new Date(ms).toISOString()),
  metadata: fc.oneof(
    fc.record({ page: fc.constantFrom<unknown>('/a', '/b', '', '10', '9', '__proto__', 'é', 'z', 5, null, ['/a']) }),
    fc.constant({}),
  ),
})

const selection = fc.record(
  {
    from: instant.map((ms) => new Date(ms).toISOString()),
    to: instant.map((ms) => new Date(ms).toISOString()),
    type: fc.constantFrom('click', 'view', 'constructor', 'never'),
    limit: fc.constantFrom('1', '4', '1000'),
  },
  { requiredKeys: [] },
)

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function send(method: string, path: string, body?: unknown): Promise<string> {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(app.url + path, { method, ...json })
  const text = await response.text()
  expect({ path, text, ok: response.ok }).toEqual({ path, text, ok: true })
  return text
}

/** The figures, counted one event after another. */
function figuresOf(all: readonly Event[], { from, to, type, limit = '3' }: Readonly<Record<string, string>>): string {
  const chosen = all.filter(
    ({ timestamp, event_type }) =>
      (from === undefined || timestamp >= from) &&
      (to === undefined || timestamp <= to) &&
      (type === undefined || event_type === type),
  )
  const pages = new Map<string, number>()
  for (const { metadata } of chosen) {
    if (typeof metadata.page === 'string') pages.set(metadata.page, (pages.get(metadata.page) ?? 0) + 1)
  }
  const top = [...pages].toSorted((a, b) => b[1] - a[1] || Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0])))
  const printed = top.slice(0, Number(limit)).map(([page, count]) => `${JSON.stringify(page)}:${count}`)
  const users = new Set(chosen.map(({ user_id }) => user_id)).size
  return `{"data":{"total_events":${chosen.length},"unique_users":${users},"top_pages":{${printed.join()}}},"query":`
}

test('Figures of any window and type are those of the rows, while events come, and go by age and by user', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 3 }),
      fc.array(selection, { minLength: 3, maxLength: 8 }),
      instant,
      async (batches, selections, before) => {
        await send('DELETE', '/events?before=2030-01-01')
        let all: Event[] = []
        const check = async () => {
          for (const asked of [{}, ...selections]) {
            if (asked.from !== undefined && asked.to !== undefined && asked.from > asked.to) continue
            const text = await send('GET', `/stats?${new URLSearchParams(asked).toString()}`)
            expect(text.slice(0, text.indexOf('"query"') + 8)).toBe(figuresOf(all, asked))
          }
          expect(JSON.parse(await send('GET', '/events/total?limit=1')).query.total).toBe(all.length)
        }
        for (const batch of batches) {
          await send('POST', '/events', batch)
          all.push(...batch)
        }
        await check()
        const beforeText = new Date(before).toISOString()
        const deleted = all.filter(({ timestamp }) => timestamp < beforeText).length
        const answer = await send('DELETE', `/events?before=${beforeText}`)
        expect(JSON.parse(answer)).toEqual({ data: { deleted_events: deleted } })
        all = all.filter(({ timestamp }) => timestamp >= beforeText)
        await check()
        const headers = { authorization: `Bearer ${app.secretKey}` }
        await answerOf(fetch(`${app.url}/api/v1/users/ada`, { method: 'DELETE', headers }))
        all = all.filter(({ user_id }) => user_id !== 'ada')
        await check()
      },
    ),
    { numRuns: 25 },
  )
}, 60_000)

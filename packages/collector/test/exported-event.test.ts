import { expect, test } from 'vitest'
import { readExportedEvent } from '../src/cli/exported-event.ts'

const ID = '0b0e1f4c-5d1c-8f7e-9d55-3f8a2f1f9a10'
const LINE = { project_id: ID, event_id: ID, received_at: '2024-01-30T10:00:00Z', event_name: 'a' }

test('A line of an export is read', () => {
  expect(readExportedEvent(JSON.stringify(LINE))).toMatchObject({ ok: true, projectId: ID })
})

test.each([
  [{ project_id: undefined }, 'has no project_id'],
  [{ project_id: 'nope' }, 'has a project_id that is no UUID'],
  [{ event_id: undefined }, 'has no event_id'],
  [{ event_id: 7 }, 'has an event_id that is no UUID'],
  [{ received_at: undefined }, 'has no received_at'],
  [{ received_at: 'soon' }, 'has a received_at that is no time'],
])('What a line lacks is told from what it has wrong: %j', (change, problem) => {
  expect(readExportedEvent(JSON.stringify({ ...LINE, ...change }))).toEqual({ ok: false, problem })
})

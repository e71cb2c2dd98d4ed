import { expect } from 'vitest'
import { type Client, EVENTS, secret } from './client.ts'
import { countOf } from './count.ts'
import { fresh } from './fresh.ts'

/** After whatever came: a valid event is taken and counted. */
export async function expectAlive(client: Client = secret): Promise<void> {
  const event_name = fresh('alive')
  expect((await client.post(EVENTS, { event_name })).status).toBe(202)
  expect(await countOf(event_name, client)).toBe(1)
}

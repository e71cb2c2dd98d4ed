import { ANALYTICS, type Client, type Fields, secret } from './client.ts'

/** What the analytics say of a selection, which is given in the contract's parameters. */
export async function analyse(selection: Readonly<Record<string, string>>, client: Client = secret): Promise<Fields> {
  const { status, text, body } = await client.get(`${ANALYTICS}?${new URLSearchParams(selection).toString()}`)
  if (status !== 200) throw new Error(`${JSON.stringify(selection)} was answered with ${status} ${text}`)
  return body
}

/** How many events of a name are stored, from 1985 until tomorrow. */
export async function countOf(eventName: string, client: Client = secret): Promise<number> {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
  const { count: early } = await analyse(
    { event_name: eventName, from: '1985-01-01', to: '2010-01-01', interval: '1w' },
    client,
  )
  const { count: late } = await analyse(
    { event_name: eventName, from: '2010-01-01', to: tomorrow, interval: '1w' },
    client,
  )
  return (early as number) + (late as number)
}

import { isDeepStrictEqual } from 'node:util'
import { createAsking } from '../ground/load/ask.ts'

interface Answer {
  readonly data: readonly { readonly timestamp: string }[] | Readonly<Record<string, unknown>>
  readonly query: { readonly total?: number }
}

/** Throws where two servers do not say the same of the same events. Their ids are their own, and so is the order of a tie. */
export async function expectSameAnswer(urls: readonly [string, string], path: string): Promise<void> {
  const [ours, theirs] = await Promise.all(urls.map((url) => ask(url, path)))
  if (isDeepStrictEqual(ours, theirs)) return
  const [a, b] = [ours, theirs].map((answer) => JSON.stringify(answer).slice(0, 500))
  throw new Error(`The two servers do not answer ${path} alike:\n${a}\n${b}`)
}

async function ask(url: string, path: string): Promise<unknown> {
  const asking = createAsking({ url })
  try {
    const { data, query } = (await asking.get(path)).json as Answer
    if (!Array.isArray(data)) return Object.entries(data)
    const seconds = (data as readonly { readonly timestamp: string }[]).map(({ timestamp }) =>
      Math.floor(Date.parse(timestamp) / 1000),
    )
    return { seconds, total: query.total }
  } finally {
    asking.close()
  }
}

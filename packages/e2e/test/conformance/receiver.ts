import { startWebhookSink, type WebhookAnswer } from '@truecount/testkit'
import { type Fields, secret, WEBHOOKS } from './client.ts'

/** One attempt that arrived. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The body's bytes, which are UTF-8. */
  readonly body: string
  readonly payload: Fields
}

export interface Receiver extends AsyncDisposable {
  /** Makes a webhook at `path` of this receiver; gives its id, and all that the creation was answered with. */
  subscribe(
    path: string,
    events: readonly string[] | undefined,
    more?: object,
  ): Promise<Fields & { readonly id: string }>
  /** In order of arrival. */
  received(): readonly Received[]
  waitFor(predicate: (all: readonly Received[]) => boolean, timeoutMs?: number): Promise<void>
}

/** Receives webhooks, and deletes those that were made of it when it goes out of scope. */
export async function startReceiver(answer?: (received: Received, index: number) => WebhookAnswer): Promise<Receiver> {
  const sink = await startWebhookSink(
    answer === undefined ? {} : { answer: (delivery, index) => answer(read(delivery), index) },
  )
  const ids: string[] = []
  return {
    async subscribe(path, events, more = {}) {
      const { status, text, body } = await secret.post(WEBHOOKS, { url: sink.url + path, events, ...more })
      if (status !== 201) throw new Error(`A webhook was answered with ${status} ${text}`)
      const id = body['id'] as string
      ids.push(id)
      return { ...body, id }
    },
    received: () => sink.deliveries.map(read),
    waitFor: (predicate, timeoutMs) => sink.waitFor((all) => predicate(all.map(read)), timeoutMs),
    async [Symbol.asyncDispose]() {
      for (const id of ids) await secret.delete(`${WEBHOOKS}/${id}`)
      await sink.stop()
    },
  }
}

function read({
  method,
  path,
  headers,
  rawBody,
  payload,
}: {
  method: string
  path: string
  headers: object
  rawBody: Buffer
  payload: unknown
}): Received {
  return {
    method,
    path,
    headers: headers as Record<string, string>,
    body: rawBody.toString(),
    payload: (payload ?? {}) as Fields,
  }
}

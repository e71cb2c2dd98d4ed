import { inject } from 'vitest'

export const collector = inject('collector')

/** A JSON object as it came in an answer: what is in it is what a test asks. */
export type Fields = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body; empty where there was none. Throws where the text is no JSON. */
  readonly body: Fields
}

export interface Call {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** `undefined`: no Authorization. */
  readonly key?: string | undefined
  /** Sent as it is; a body of `undefined` is none. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends one request with what is given and nothing else. */
export async function call({ method, path, key, body, headers = {} }: Call): Promise<Answer> {
  const response = await fetch(collector.url + path, {
    method,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    get body() {
      return (text === '' ? {} : JSON.parse(text)) as Fields
    },
  }
}

/** The JSON requests of one key. */
export interface Client {
  get(path: string): Promise<Answer>
  post(path: string, value: unknown): Promise<Answer>
  patch(path: string, value: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
}

export function createClient(key: string | undefined): Client {
  const headers = { 'content-type': 'application/json' }
  return {
    get: (path) => call({ method: 'GET', path, key }),
    post: (path, value) => call({ method: 'POST', path, key, headers, body: JSON.stringify(value) }),
    patch: (path, value) => call({ method: 'PATCH', path, key, headers, body: JSON.stringify(value) }),
    delete: (path) => call({ method: 'DELETE', path, key }),
  }
}

/** The client of the project's secret key. */
export const secret = createClient(collector.secretKey)

export const EVENTS = '/api/v1/events'
export const BATCH = '/api/v1/events/batch'
export const ANALYTICS = '/api/v1/analytics/events'
export const WEBHOOKS = '/api/v1/webhooks'
export const RULES = '/api/v1/rules'

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

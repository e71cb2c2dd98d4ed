/** Calls the collector's v1 API with a secret key. Both reject, with what the collector said, unless it answers 2xx. */
export interface V1Api {
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
}

export function createV1Api(baseUrl: string, secretKey: string): V1Api {
  const call = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: { Authorization: `Bearer ${secretKey}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (response.ok) return response.json()
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`)
  }
  return {
    get: (path, query = {}) => call('GET', `${path}?${new URLSearchParams(query).toString()}`),
    post: (path, body) => call('POST', path, body),
  }
}

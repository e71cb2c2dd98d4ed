import { createRawConnection } from './raw-connection.ts'

/** Asks a server of this machine for JSON, again and again over one connection. */
export interface Asking {
  /** Resolves with what a path holds and the milliseconds it took, parsing included. Rejects where it is no success. */
  get(path: string): Promise<{ readonly ms: number; readonly json: unknown }>
  close(): void
}

export function createAsking({ url, secretKey }: { readonly url: string; readonly secretKey?: string }): Asking {
  const { host, port } = new URL(url)
  const connection = createRawConnection(Number(port), { keepsBodies: true })
  const authorization = secretKey === undefined ? '' : `Authorization: Bearer ${secretKey}\r\n`
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${authorization}\r\n`)
        const startMs = performance.now()
        connection.send(request, (answer) => {
          if (answer?.status !== 200) return reject(new Error(`${path} answered ${answer?.status ?? 'nothing'}`))
          const json: unknown = JSON.parse(answer.body.toString())
          resolve({ ms: performance.now() - startMs, json })
        })
      }),
    close: connection.close,
  }
}

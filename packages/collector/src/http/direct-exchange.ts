import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyTimes } from './body-times.ts'
import type { Exchange } from './exchange.ts'

/** Path and query of a request's target, which may be a whole URL (RFC 9112, 3.2.2). */
export function splitTarget(target: string): { readonly path: string; readonly querystring: string } {
  const [beforeHash = ''] = target.split('#', 1)
  const local = beforeHash.startsWith('/') ? beforeHash : beforeHash.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '')
  const mark = local.indexOf('?')
  return mark < 0
    ? { path: local, querystring: '' }
    : { path: local.slice(0, mark), querystring: local.slice(mark + 1) }
}

/**
 * An exchange on Node's own request and response, and nothing between. Headers of the answer are kept apart until
 * {@link DirectExchange.send} writes all at once.
 */
export class DirectExchange implements Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly path: string
  readonly querystring: string
  bodyTimes?: BodyTimes
  status = 404
  body: unknown = undefined
  /** Names and values in turn, as Node writes them fastest. */
  readonly #headers: string[] = []

  constructor(req: IncomingMessage, res: ServerResponse, path: string, querystring: string) {
    this.req = req
    this.res = res
    this.path = path
    this.querystring = querystring
  }

  get method(): string {
    return this.req.method ?? ''
  }

  get url(): string {
    return this.req.url ?? ''
  }

  get response(): { get(name: string): string } {
    return { get: (name) => this.#headers[this.#find(name) + 1] ?? '' }
  }

  get(name: string): string {
    const value = this.req.headers[name]
    return typeof value === 'string' ? value : (value?.join(', ') ?? '')
  }

  set(name: string, value: string): void {
    const at = this.#find(name)
    if (at < 0) this.#headers.push(name, value)
    else this.#headers[at + 1] = value
  }

  remove(name: string): void {
    const at = this.#find(name)
    if (at >= 0) this.#headers.splice(at, 2)
  }

  /** Sends the answer; a `body` that is a string is JSON already. Does nothing when nobody hears it any more. */
  send(): void {
    if (this.res.destroyed || this.res.headersSent) return
    if (this.body === undefined) {
      this.res.writeHead(this.status, this.#headers).end()
      return
    }
    const text = typeof this.body === 'string' ? this.body : JSON.stringify(this.body)
    this.set('Content-Type', 'application/json; charset=utf-8')
    const bytes = Buffer.byteLength(text)
    this.set('Content-Length', String(bytes))
    // What is ASCII alone, as nearly every answer is, need not be encoded.
    this.res.writeHead(this.status, this.#headers).end(text, bytes === text.length ? 'latin1' : 'utf8')
  }

  #find(name: string): number {
    for (let i = 0; i < this.#headers.length; i += 2) if (this.#headers[i] === name) return i
    return -1
  }
}

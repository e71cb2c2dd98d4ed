import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SiteFile } from './subject.ts'

export interface SiteParts {
  /** Sent with every page. */
  readonly headers: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, SiteFile>>
}

/** The host's web site: an origin of its own, by name and not by address, so that the collector's is another. */
export interface Site {
  /** `http://localhost:<port>` */
  readonly url: string
  stop(): Promise<void>
}

/** A POST to this path is never answered. */
export const SILENT_PATH = '/silent'

export async function startSite({ files, headers }: SiteParts): Promise<Site> {
  const server = createServer((request, response) => {
    if (request.url === SILENT_PATH) return
    const file = files[request.url?.split('?', 1)[0] ?? '/']
    if (file === undefined) return void response.writeHead(404).end()
    // A frame without an origin may load the scripts too.
    response.writeHead(200, { ...headers, 'content-type': file.type, 'access-control-allow-origin': '*' })
    response.end(file.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A page whose scripts are all files: what a strict policy allows. */
export function htmlPage(head: string, body = ''): SiteFile {
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`
  return { type: 'text/html', body: html }
}

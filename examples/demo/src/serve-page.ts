import { readFile, readdir } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLoopbackServer } from './loopback-server.ts'
import type { LoopbackServer } from './loopback-server.ts'

/** What the page needs to send events: a publishable key, which is no secret, and the collector's base URL. */
export interface PageConfig {
  readonly key: string
  readonly endpoint: string
}

const PAGE_FOLDER = new URL('../page/', import.meta.url)

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
}

/**
 * Serves `page/`, the SDK's browser build under `/truecount/`, and `/config.json`.
 * Its origin is not the collector's, so the browser applies CORS as it would to any site.
 */
export async function startPageServer(config: PageConfig): Promise<LoopbackServer> {
  const sdkFolder = new URL('./', import.meta.resolve('truecount'))
  const files = new Map([...(await listFiles('/', PAGE_FOLDER)), ...(await listFiles('/truecount/', sdkFolder))])
  return startLoopbackServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (pathname === '/config.json') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(config))
      return
    }
    const file = files.get(pathname === '/' ? '/index.html' : pathname)
    if (file === undefined) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such page\n')
      return
    }
    const type = CONTENT_TYPES[extname(fileURLToPath(file))] ?? 'application/octet-stream'
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(await readFile(file))
  })
}

/** The folder's own files by the path they are served under: nothing else can be asked for. */
async function listFiles(prefix: string, folder: URL): Promise<[string, URL][]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => [prefix + name, new URL(name, folder)])
}

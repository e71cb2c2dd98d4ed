import { build } from 'esbuild'
import type { Subject } from '../../../test/browser/subject.ts'
import { peerFolder } from '../peers.ts'
import type { PeerName } from '../peers.ts'

/** How a page is written that uses a peer. */
export interface PeerPage {
  readonly name: string
  readonly peer: PeerName
  /** JavaScript that sets the peer up at `endpoint` and defines `track(n, text)` and `flush()`. */
  readonly setUp: (endpoint: string) => string
}

/** A page with the peer in one script, bundled and minified as an application would. */
export function createPeerSubject({ name, peer, setUp }: PeerPage): Subject {
  return {
    name,
    tags: '<script src="/start.js"></script>',
    async files(endpoint) {
      const start = `${setUp(endpoint)}
window.subject = { track, flush, isIdle: () => true, figures: () => undefined }`
      return { '/start.js': { type: 'text/javascript', body: await bundleScript(start, peerFolder(peer)) } }
    },
  }
}

/** `code` and what it imports from the `node_modules` of `folder` or above it, as one minified script. */
export async function bundleScript(code: string, folder: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

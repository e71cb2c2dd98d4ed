import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { bundleScript } from '../chromium/peer-page.ts'
import { peerFolder } from '../peers.ts'
import type { PeerName } from '../peers.ts'

const OWN = fileURLToPath(new URL('.', import.meta.url))

/** What a page pays for one call: the set-up and `track`, nothing else imported. */
const PAGES: Readonly<Record<string, { readonly peer?: PeerName; readonly code: string }>> = {
  truecount: {
    code: `import { createTracker } from 'truecount'
createTracker({ key: 'k', endpoint: 'https://e.example' }).track('step', { n: 1 })`,
  },
  segment: {
    peer: '@segment/analytics-next',
    code: `import { AnalyticsBrowser } from '@segment/analytics-next'
AnalyticsBrowser.load({ writeKey: 'k' }).track('step', { n: 1 })`,
  },
  posthog: {
    peer: 'posthog-js',
    code: `import posthog from 'posthog-js'
posthog.init('k', { api_host: 'https://e.example' })
posthog.capture('step', { n: 1 })`,
  },
  amplitude: {
    peer: '@amplitude/analytics-browser',
    code: `import { init, track } from '@amplitude/analytics-browser'
init('k')
track('step', { n: 1 })`,
  },
  snowplow: {
    peer: '@snowplow/browser-tracker',
    code: `import { newTracker, trackStructEvent } from '@snowplow/browser-tracker'
newTracker('t', 'https://e.example', { appId: 'a' })
trackStructEvent({ category: 'c', action: 'step' })`,
  },
}

export interface BundleSize {
  readonly minified: number
  readonly brotli: number
  readonly gzip: number
}

/** In bytes; `name` is that of an SDK for pages. */
export async function measureBundle(name: string): Promise<BundleSize> {
  const page = PAGES[name]
  if (page === undefined) throw new TypeError(`No page is written for ${name}`)
  const script = Buffer.from(await bundleScript(page.code, page.peer === undefined ? OWN : peerFolder(page.peer)))
  return {
    minified: script.length,
    brotli: brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
    gzip: gzipSync(script, { level: 9 }).length,
  }
}

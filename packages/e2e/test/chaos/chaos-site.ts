import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { htmlPage, startSite, type Site } from '../browser/site.ts'

const SCRIPT = 'text/javascript'

/** A page of the site without the SDK. */
export const EMPTY_PATH = '/empty'

/** A site whose pages track what they are told to. */
export async function startChaosSite(endpoint: string, key: string): Promise<Site> {
  const built = new URL('dist/browser.js', import.meta.resolve('truecount/package.json'))
  const options = { endpoint, key, flushAt: 10, flushIntervalMs: 100, requestTimeoutMs: 2_000 }
  const start = `
import { createTracker } from '/truecount.js'
const beforeSend = (event) => ('isUnwanted' in event.metadata ? null : event)
const tracker = createTracker({ ...${JSON.stringify(options)}, beforeSend, anonymousId: false })
let wasDropped = false
tracker.on('dropped', () => (wasDropped = true))
const stored = () => Object.keys(localStorage).filter((name) => /^truecount:.*:event:/.test(name)).length
window.trackOne = (name, metadata) => {
  wasDropped = false
  tracker.track(name, metadata)
  return wasDropped
}
window.waiting = () => tracker.stats().waiting + stored()
window.flush = () => void tracker.flush()
`
  return startSite({
    headers: {},
    files: {
      '/': htmlPage('<script type="module" src="/start.js"></script>'),
      [EMPTY_PATH]: htmlPage(''),
      '/truecount.js': { type: SCRIPT, body: await readFile(fileURLToPath(built), 'utf8') },
      '/start.js': { type: SCRIPT, body: start },
    },
  })
}

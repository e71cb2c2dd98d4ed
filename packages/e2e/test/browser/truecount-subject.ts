import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Subject } from './subject.ts'

const SCRIPT = 'text/javascript'

/** What `window.subject` is made of, where `tracker()` gives the tracker or, before it is there, nothing. */
const PAGE_SUBJECT = `
const stored = () => {
  try {
    return Object.keys(localStorage).filter((name) => /^truecount:.*:event:/.test(name)).length
  } catch {
    return 0
  }
}
const isIdle = () => tracker().stats().waiting === 0 && stored() === 0
const figures = () => tracker().stats()
const flush = () => void tracker().flush()
`

async function built(file: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`dist/${file}`, import.meta.resolve('truecount/package.json'))), 'utf8')
}

/** The package as a bundler or a module page loads it. */
export const truecount: Subject = {
  name: 'truecount',
  tags: '<script type="module" src="/start.js"></script>',
  async files(endpoint, key) {
    const start = `
import { createTracker } from '/truecount.js'
const made = createTracker(${JSON.stringify({ endpoint, key })})
const tracker = () => made
${PAGE_SUBJECT}
window.subject = { track: (n, text) => made.track('step', { n, text }), isIdle, figures, flush }
`
    return {
      '/truecount.js': { type: SCRIPT, body: await built('browser.js') },
      '/start.js': { type: SCRIPT, body: start },
    }
  },
}

/** The file for a script tag, late on purpose: calls wait in the stub until it is there. */
export const truecountScriptTag: Subject = {
  name: 'truecount by script tag',
  tags: '<script src="/stub.js"></script><script src="/load.js"></script>',
  async files(endpoint, key) {
    const stub = `
window.truecount = { q: [] }
const tracker = () => window.truecount
${PAGE_SUBJECT}
const track = (n, text) => {
  const call = ['track', 'step', { n, text }]
  if (tracker().q) tracker().q.push(call)
  else tracker().track(...call.slice(1))
}
window.subject = { track, isIdle, figures, flush }
`
    const load = `
const script = document.createElement('script')
Object.assign(script.dataset, ${JSON.stringify({ endpoint, key })})
script.src = '/truecount.iife.js'
addEventListener('load', () => document.head.append(script))
`
    return {
      '/stub.js': { type: SCRIPT, body: stub },
      '/load.js': { type: SCRIPT, body: load },
      '/truecount.iife.js': { type: SCRIPT, body: await built('truecount.iife.js') },
    }
  },
}

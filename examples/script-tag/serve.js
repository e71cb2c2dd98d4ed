// Serves the page: TRUECOUNT_KEY=tc_pk_… TRUECOUNT_ENDPOINT=https://… node serve.js
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
const script = read(import.meta.resolve('truecount/truecount.iife.js'))

const values = {
  key: process.env.TRUECOUNT_KEY,
  endpoint: process.env.TRUECOUNT_ENDPOINT,
  // The same as the package's build prints. From a CDN you would write it into the page.
  integrity: `sha384-${createHash('sha384').update(script).digest('base64')}`,
}

const files = {
  '/': ['text/html', read('index.html').replaceAll(/{{(\w+)}}/g, (_, name) => values[name])],
  '/stub.js': ['text/javascript', read('stub.js')],
  '/page.js': ['text/javascript', read('page.js')],
  '/truecount.iife.js': ['text/javascript', script],
}

const server = createServer((request, response) => {
  const [type, body] = files[request.url] ?? ['text/plain', 'not found']
  // Nothing inline, no eval: what a strict policy allows is enough.
  const policy = `default-src 'self'; img-src data:; connect-src ${values.endpoint}`
  response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy }).end(body)
})
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`))

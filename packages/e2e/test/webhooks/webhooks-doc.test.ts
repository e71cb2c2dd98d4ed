import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startNodeChild, startWebhookSink } from '@truecount/testkit'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from '../browser/chromium.ts'
import { htmlPage, startSite } from '../browser/site.ts'
import { type Collector, makeKey, serve } from '../crash-load.ts'

const PAGE = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8')
const HERE = fileURLToPath(new URL('.', import.meta.url))

interface MadeWebhook {
  readonly id: string
  readonly secret: string
}

let folder: string
let collector: Collector
let key: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truecount-webhooks-doc-'))
  const db = join(folder, 'doc.db')
  key = await makeKey(db)
  collector = await serve(db)
})
afterAll(async () => {
  await collector?.child.kill('SIGTERM')
  await rm(folder, { recursive: true })
})

async function post(path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  return (await fetch(`${collector.url}/api/v1/webhooks${path}`, { method: 'POST', headers, ...json })).json()
}

const makeWebhook = (url: string) => post('', { url, events: [] }) as Promise<MadeWebhook>

/** The page's receiver for a runtime, with what it imports. */
async function bundle(runtime: string): Promise<string> {
  const code = new RegExp(`\`\`\`js ${runtime}\\n([^\`]*(?:\`[^\`]+\`[^\`]*)*)\`\`\``).exec(PAGE)?.[1]
  expect(code).toContain("from 'truecount/webhooks'")
  const { outputFiles } = await build({
    stdin: { contents: code as string, resolveDir: HERE },
    bundle: true,
    write: false,
    format: 'esm',
    platform: runtime === 'node' ? 'node' : 'neutral',
  })
  return outputFiles[0]?.text as string
}

async function bundleFile(runtime: string): Promise<string> {
  const path = join(folder, `${runtime}.mjs`)
  await writeFile(path, await bundle(runtime))
  return path
}

/** What a real collector sends, with the secret that it signed with. */
async function caughtDelivery() {
  const sink = await startWebhookSink()
  const { id, secret } = await makeWebhook(sink.url)
  await post(`/${id}/test`)
  await sink.stop()
  const [delivery] = sink.deliveries
  if (delivery === undefined) throw new Error('The collector sent nothing')
  const headers = Object.entries(delivery.headers).filter(([name]) => name.startsWith('webhook-')) as [string, string][]
  return { body: delivery.rawBody.toString(), headers, secret }
}

describe('The receivers of the page on webhooks take what a collector sends, and refuse what was changed', () => {
  test('Node', async () => {
    const script = await bundleFile('node')
    // The receiver wants the secret before it starts, and the webhook the port: so it is created on a port that is known.
    const first = startNodeChild(script, { env: { PORT: '0', TRUECOUNT_WEBHOOK_SECRET: 'whsec_unused' } })
    const port = (await first.waitForLine(/^port \d+$/)).slice('port '.length)
    await first.kill()
    const { id, secret } = await makeWebhook(`http://127.0.0.1:${port}/`)
    const receiver = startNodeChild(script, { env: { PORT: port, TRUECOUNT_WEBHOOK_SECRET: secret } })
    await receiver.waitForLine(/^port \d+$/)
    expect(await post(`/${id}/test`)).toMatchObject({ state: 'delivered', attempts: [{ status: 204 }] })
    await receiver.waitForLine(/ \$test$/)
    await post(`/${id}/rotate-secret`)
    expect(await post(`/${id}/test`)).toMatchObject({ state: 'delivered' })
    const forged = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })
    expect([forged.status, await forged.text()]).toEqual([401, 'missing_headers'])
    await receiver.kill()
  })

  test('edge', async () => {
    const { default: worker } = (await import(pathToFileURL(await bundleFile('edge')).href)) as {
      default: { fetch(request: Request, env: object): Promise<Response> }
    }
    const { body, headers, secret } = await caughtDelivery()
    const answer = async (text: string) => {
      const request = new Request('https://hooks.example.com/', { method: 'POST', headers, body: text })
      const response = await worker.fetch(request, { TRUECOUNT_WEBHOOK_SECRET: secret })
      return [response.status, await response.text()]
    }
    expect(await answer(body)).toEqual([200, '$test'])
    expect(await answer(body.replace('$test', '$best'))).toEqual([401, 'signature_mismatch'])
  })

  test.skipIf(!hasChromium)('browser', async () => {
    const script = { type: 'text/javascript', body: `${await bundle('browser')}\nglobalThis.check = check` }
    const page = htmlPage('<script type="module" src="/check.js"></script>')
    const site = await startSite({ headers: {}, files: { '/': page, '/check.js': script } })
    const context = await startChromium(join(folder, 'profile'))
    try {
      const tab = await context.newPage()
      await tab.goto(site.url)
      const { body, headers, secret } = await caughtDelivery()
      const checked = (text: string) =>
        tab.evaluate(`check(${[text, headers, secret].map((argument) => JSON.stringify(argument)).join(', ')})`)
      expect(await checked(body)).toBe('$test')
      expect(await checked(body.replace('$test', '$best'))).toBe('signature_mismatch')
    } finally {
      await context.close()
      await site.stop()
    }
  })
})

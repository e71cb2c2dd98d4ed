// TRUECOUNT_WEBHOOK_SECRET=whsec_… node plain-http.ts
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { verify } from 'truecount/webhooks'

const { TRUECOUNT_WEBHOOK_SECRET: secret = '', PORT = '3000' } = process.env

async function receive(request: IncomingMessage, response: ServerResponse) {
  const verified = await verify(await text(request), request.headers, secret)
  if (!verified.ok) return response.writeHead(401).end(verified.reason)
  // The same id comes again if this answer is lost: remember it where you act on the event.
  console.log(`${verified.webhookId}: ${verified.event.event_name}`)
  return response.writeHead(204).end()
}

const server = createServer((request, response) => {
  receive(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
})
server.listen(Number(PORT), () => console.log(`listening on ${JSON.stringify(server.address())}`))

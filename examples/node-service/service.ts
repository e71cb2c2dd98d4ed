// TRUECOUNT_KEY=tc_pk_… TRUECOUNT_ENDPOINT=https://… node service.ts
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { createTracker, fileQueue } from 'truecount'

const {
  TRUECOUNT_KEY: key = '',
  TRUECOUNT_ENDPOINT: endpoint = '',
  EVENTS_DIR = './events',
  PORT = '3000',
} = process.env

// In the folder before `track()` returns: a killed process loses nothing, and the next one sends what waits.
const tracker = createTracker({ key, endpoint, queue: fileQueue(EVENTS_DIR) })

async function placeOrder(request: IncomingMessage, response: ServerResponse) {
  const { id, userId, amount } = (await json(request)) as { id: string; userId: string; amount: number }
  // With a key of its own an order is one event, however often the client repeats its request.
  tracker.track('order_placed', { amount }, { userId, idempotencyKey: `order-${id}` })
  response.writeHead(202).end()
}

const server = createServer((request, response) => {
  placeOrder(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)))
})
server.listen(Number(PORT), () => console.log(`listening on ${JSON.stringify(server.address())}`))

process.once('SIGTERM', () => {
  server.close()
  void tracker.shutdown({ timeoutMs: 5000 }).then(({ waiting }) => {
    console.log(`${waiting} events wait for the next start`)
    process.exit()
  })
})

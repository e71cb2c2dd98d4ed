// TRUECOUNT_WEBHOOK_SECRET=whsec_… node express.ts
import express from 'express'
import { verify } from 'truecount/webhooks'

const { TRUECOUNT_WEBHOOK_SECRET: secret = '', PORT = '3000' } = process.env

const app = express()

// The signature is made over the bytes that were sent: parse them only after they are verified.
app.post('/webhook', express.text({ type: '*/*' }), async (request, response) => {
  const verified = await verify(request.body as string, request.headers, secret)
  if (!verified.ok) return void response.status(401).send(verified.reason)
  console.log(`${verified.webhookId}: ${verified.event.event_name}`)
  response.sendStatus(204)
})

const server = app.listen(Number(PORT), () => console.log(`listening on ${JSON.stringify(server.address())}`))

// Next.js: app/api/webhook/route.ts
import { verify } from 'truecount/webhooks'

export async function POST(request: Request): Promise<Response> {
  const secret = process.env['TRUECOUNT_WEBHOOK_SECRET'] ?? ''
  const verified = await verify(await request.text(), request.headers, secret)
  if (!verified.ok) return new Response(verified.reason, { status: 401 })
  console.log(`${verified.webhookId}: ${verified.event.event_name}`)
  return new Response(null, { status: 204 })
}

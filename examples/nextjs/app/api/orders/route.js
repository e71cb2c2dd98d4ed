import { tracker } from '../../server-tracker.js'

export async function POST(request) {
  const { id, amount } = await request.json()
  tracker.track('order_placed', { amount }, { idempotencyKey: `order-${id}` })
  return Response.json({ id }, { status: 202 })
}

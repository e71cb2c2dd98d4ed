import { array, assign, string, type } from 'superstruct'
import type { RouteDoc } from '../http/route-doc.ts'
import { maybe } from '../http/schema.ts'
import { ShownWebhook, type WebhookSchemas } from './webhook-schema.ts'

const MadeWebhook = assign(ShownWebhook, type({ secret: maybe(string()) }))
const shownAnswer = { status: 200, description: 'The webhook, without its secret', body: ShownWebhook } as const

/** What the description of the API says of each route of webhooks. */
export function webhookDocs(schemas: WebhookSchemas) {
  return {
    create: {
      summary: 'Create a webhook',
      body: schemas.create,
      answer: { status: 201, description: 'With `secret` only if it was made here, and only now', body: MadeWebhook },
    },
    list: {
      summary: 'List the webhooks',
      answer: { status: 200, description: 'Oldest first', body: type({ data: array(ShownWebhook) }) },
    },
    get: { summary: 'Get a webhook', answer: shownAnswer },
    update: {
      summary: 'Change a webhook, or switch it off and on: while it is off what waits for it is held',
      body: schemas.update,
      answer: shownAnswer,
    },
    remove: {
      summary: 'Delete a webhook that no rule names; what waits for it is cancelled',
      answer: { status: 204, description: 'It is gone' },
    },
  } as const satisfies Readonly<Record<string, RouteDoc>>
}

/** The demo's rule, as `POST /api/v1/rules` takes it: MongoDB query syntax over the event. */
export const HIGH_VALUE_PURCHASE = {
  name: 'High Value Purchase',
  conditions: {
    event_name: 'purchase_completed',
    'metadata.amount': { $gt: 500 },
  },
} as const

/** The same rule in plain code, to know without the collector how often it must fire. */
export function matchesHighValuePurchase(eventName: string, metadata: Readonly<Record<string, unknown>>): boolean {
  const { conditions } = HIGH_VALUE_PURCHASE
  const amount = metadata['amount']
  return eventName === conditions.event_name && typeof amount === 'number' && amount > conditions['metadata.amount'].$gt
}

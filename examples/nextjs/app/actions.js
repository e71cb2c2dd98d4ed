'use server'

import { tracker } from './server-tracker.js'

export async function subscribe(form) {
  tracker.track('subscribed', { plan: form.get('plan') }, { userId: 'user-42' })
}

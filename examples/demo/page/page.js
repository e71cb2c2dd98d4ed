import { createTracker } from 'truecount'

const { key, endpoint } = await (await fetch('/config.json')).json()
const tracker = createTracker({ key, endpoint })

const onClick = (id, action) => document.getElementById(id).addEventListener('click', action)

onClick('page-view', () => tracker.track('page_view', { page: location.pathname }))
onClick('sign-up', () => tracker.track('user_signed_up', { plan: 'pro', source: 'demo_page' }))
onClick('purchase-49', () => tracker.track('purchase_completed', { amount: 49, currency: 'EUR' }))
onClick('purchase-900', () => tracker.track('purchase_completed', { amount: 900, currency: 'EUR' }))
onClick('leave', () => {
  tracker.track('checkout_left', { page: location.pathname })
  location.href = '/thanks.html'
})

setInterval(() => {
  const { captured, delivered } = tracker.stats()
  document.getElementById('captured').textContent = captured
  document.getElementById('delivered').textContent = delivered
}, 250)

// From here on no click is without its listener.
document.body.dataset.ready = 'true'

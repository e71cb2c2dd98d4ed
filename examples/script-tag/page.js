window.truecount.page()

document.querySelector('#signup').addEventListener('click', () => {
  window.truecount.track('signup', { plan: 'pro' })
})

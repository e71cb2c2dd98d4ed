// Before the script is there, calls wait in order; then it puts the tracker in this object's place.
window.truecount = { q: [] }
for (const name of ['track', 'identify', 'page', 'reset', 'optIn', 'optOut']) {
  window.truecount[name] = (...args) => window.truecount.q.push([name, ...args])
}

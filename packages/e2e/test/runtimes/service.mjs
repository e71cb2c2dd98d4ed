// A service of somebody who installed the package; plain JavaScript, since Node 20 reads nothing else.
import process from 'node:process'
import { createTracker, fileQueue } from 'truecount'

const [endpoint, count, ending, folder] = process.argv.slice(2)
const tracker = createTracker({ key: 'pk_test', endpoint, ...(folder && { queue: fileQueue(folder) }) })
for (let n = 0; n < Number(count); n++) tracker.track('tick', { n })
if (ending === 'exit') process.exit(0)
if (ending === 'flush') {
  const flushed = await tracker.flush({ timeoutMs: 20_000 })
  console.log(JSON.stringify({ flushed, stats: tracker.stats() }))
}

import type { LoadTask } from './load-task.ts'
import { sendLoad } from './send-load.ts'

// The task comes as JSON in the first argument, the result goes as JSON to the output. The end of the input ends the load.
const ending = new AbortController()
process.stdin.resume().once('end', () => ending.abort())
console.log(JSON.stringify(await sendLoad(JSON.parse(process.argv[2] as string) as LoadTask, ending.signal)))
process.exit(0)

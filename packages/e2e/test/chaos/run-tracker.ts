import { writeSync } from 'node:fs'
import { setImmediate as turnEnded, setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '@truecount/testkit'
import { createTracker, fileQueue } from 'truecount'
import { kindOf, metadataOf } from './tracked.ts'

/** A service: tracks events until it is killed, or told to end, and says before and after each call what it does. */
export interface TrackerProgram {
  readonly name: string
  readonly endpoint: string
  readonly key: string
  /** Events wait in memory if left out. */
  readonly queueFolder?: string
  readonly maxQueueBytes: number
  readonly seed: number
  /** It gives no event up by itself. */
  readonly keepsAll: boolean
  /** It tracks nothing, and ends when nothing waits any more. */
  readonly onlyDrains: boolean
}

const program = JSON.parse(process.argv[2] as string) as TrackerProgram
const random = createRandom(program.seed)
let wasDropped = false
const ending = new AbortController()

const { queueFolder } = program
const tracker = createTracker({
  endpoint: program.endpoint,
  key: program.key,
  maxQueueBytes: program.maxQueueBytes,
  flushAt: 1 + Math.floor(random() * 20),
  flushIntervalMs: 100,
  requestTimeoutMs: 2_000,
  beforeSend: (event) => (event.metadata !== undefined && 'isUnwanted' in event.metadata ? null : event),
  ...(queueFolder === undefined ? {} : { queue: fileQueue(queueFolder) }),
})
tracker.on('dropped', () => (wasDropped = true))
process.on('SIGTERM', () => ending.abort())

if (!program.onlyDrains) await trackOn()
while (tracker.stats().waiting > 0) await tracker.flush({ timeoutMs: 1_000 })
await tracker.shutdown({ timeoutMs: 5_000 })
print(`ended ${JSON.stringify(tracker.stats())}`)

async function trackOn(): Promise<void> {
  for (let n = 1; !ending.signal.aborted; n++) {
    const drawn = kindOf(random())
    const kind = program.keepsAll && drawn === 'dropped' ? 'kept' : drawn
    wasDropped = false
    print(`will ${n}`)
    tracker.track('chaos', metadataOf(program.name, n, kind))
    // A drop is written down when its turn of the event loop ends, an event before the call returns.
    if (wasDropped) await turnEnded()
    print(`did ${n} ${wasDropped ? 'dropped' : kind}`)
    // Bursts, and pauses in which batches become due.
    if (random() < 0.4) await delay(random() * 60)
  }
}

/** Written at once, past Node's stream: a process that is killed next has said it. */
function print(line: string): void {
  writeSync(1, `${line}\n`)
}

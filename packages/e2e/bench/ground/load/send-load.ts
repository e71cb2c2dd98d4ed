import { setTimeout as delay } from 'node:timers/promises'
import { createAnswerTimes } from './answer-times.ts'
import type { LoadResult, LoadTask } from './load-task.ts'
import { type RawConnection, createRawConnection } from './raw-connection.ts'
import { BATCH_EVENTS, type Requests, createRequests } from './requests.ts'

/** How long the last answers are waited for. */
const GRACE_MS = 300_000

interface Lane {
  readonly connection: RawConnection
  readonly next: Requests
}

/** Sends a load from this process, until `ending` at the latest. Rejects where an answer is missing or no success. */
export async function sendLoad(task: LoadTask, ending: AbortSignal): Promise<LoadResult> {
  const port = Number(new URL(task.url).port)
  const lanes = createRequests(task, task.connections).map((next): Lane => ({
    next,
    connection: createRawConnection(port),
  }))
  const times = createAnswerTimes()
  const tenths = createTenths(task)
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  const endMs = startMs + task.seconds * 1000
  const sent = { begun: 0, answered: 0, bodyBytes: 0, lastMs: startMs }
  const send: Send = async (lane, dueMs) => {
    const request = lane.next()
    if (request === undefined) return false
    sent.begun++
    await exchange(lane, request.bytes)
    sent.answered++
    sent.bodyBytes += request.bodyBytes
    sent.lastMs = performance.now()
    times.add(sent.lastMs - dueMs)
    tenths.onAnswer()
    return true
  }
  try {
    const work = drive(lanes, (dueMs) => dueMs < endMs && !ending.aborted, task.perSecond, send)
    const cut = delay(task.seconds * 1000 + GRACE_MS, 'late' as const, { ref: false })
    if ((await Promise.race([work, cut])) === 'late') {
      throw new Error(`${sent.begun - sent.answered} requests were not answered within ${GRACE_MS / 1000} s`)
    }
  } finally {
    for (const { connection } of lanes) connection.close()
  }
  const used = process.cpuUsage(cpu)
  const seconds = Math.max(1e-3, (sent.lastMs - startMs) / 1000)
  return {
    requests: sent.answered,
    seconds,
    p50Ms: times.at(50),
    p99Ms: times.at(99),
    longestMs: times.at(100),
    clientShare: (used.user + used.system) / 1e6 / seconds,
    bodyBytes: sent.bodyBytes,
    tenths: tenths.seconds,
  }
}

/** Sends a lane's next request; resolves with the answer, `false` where there was nothing left to send. */
type Send = (lane: Lane, dueMs: number) => Promise<boolean>

/** Every lane sends as soon as it may: when it has its answer or, paced, when the next request of all lanes is due. */
async function drive(
  lanes: readonly Lane[],
  isWanted: (dueMs: number) => boolean,
  perSecond: number | undefined,
  send: Send,
): Promise<void> {
  let lastDueMs = performance.now()
  const takeDue = () => (perSecond === undefined ? performance.now() : (lastDueMs += 1000 / perSecond))
  await Promise.all(
    lanes.map(async (lane) => {
      for (let dueMs = takeDue(); isWanted(dueMs); dueMs = takeDue()) {
        if (dueMs > performance.now()) await delay(dueMs - performance.now())
        if (!(await send(lane, dueMs))) return
      }
    }),
  )
}

function exchange({ connection }: Lane, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send(bytes, (answer) => {
      if (answer === undefined) reject(new Error('The connection broke before an answer came'))
      else if (answer.status < 200 || answer.status > 299) reject(new Error(`Answered ${answer.status}`))
      else resolve()
    })
  })
}

/** Notes when each tenth of a fill was answered. */
function createTenths({ work }: LoadTask): { readonly seconds: number[]; readonly onAnswer: () => void } {
  const seconds: number[] = []
  if (work.kind !== 'fill') return { seconds, onAnswer: () => undefined }
  const startMs = performance.now()
  const tenth = (work.to - work.from) / BATCH_EVENTS / 10
  let answered = 0
  return {
    seconds,
    onAnswer() {
      answered++
      while (seconds.length < 10 && answered >= (seconds.length + 1) * tenth) {
        seconds.push((performance.now() - startMs) / 1000)
      }
    },
  }
}

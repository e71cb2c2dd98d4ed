import { setTimeout as delay } from 'node:timers/promises'
import { type AnswerTimes, createAnswerTimes } from './answer-times.ts'
import type { LoadResult, LoadTask } from './load-task.ts'
import { type RawConnection, createRawConnection } from './raw-connection.ts'
import { BATCH_EVENTS, type Requests, createRequests } from './requests.ts'

/** How long the last answers are waited for. */
const GRACE_MS = 300_000

interface Lane {
  readonly connection: RawConnection
  readonly next: Requests
}

interface Phase {
  readonly times: AnswerTimes
  readonly onAnswer: () => void
  bodyBytes: number
  lastMs: number
}

/** Sends a load from this process. Rejects where an answer is missing or no success. */
export async function sendLoad(task: LoadTask): Promise<LoadResult> {
  const port = Number(new URL(task.url).port)
  const requests = createRequests(task, task.connections)
  const lanes = requests.map((next): Lane => ({ next, connection: createRawConnection(port) }))
  try {
    if (task.warmUpSeconds) await runPhase(task, lanes.slice(0, 1), task.warmUpSeconds, () => undefined)
    const tenths = createTenths(task)
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    const { phase, requests: count } = await runPhase(task, lanes, task.seconds, tenths.onAnswer)
    const used = process.cpuUsage(cpu)
    const seconds = Math.max(1e-3, (phase.lastMs - startMs) / 1000)
    return {
      requests: count,
      seconds,
      p50Ms: phase.times.at(50),
      p99Ms: phase.times.at(99),
      longestMs: phase.times.at(100),
      clientShare: (used.user + used.system) / 1e6 / seconds,
      bodyBytes: phase.bodyBytes,
      tenths: tenths.seconds,
    }
  } finally {
    for (const { connection } of lanes) connection.close()
  }
}

async function runPhase(task: LoadTask, lanes: readonly Lane[], seconds: number, onAnswer: () => void) {
  const phase: Phase = { times: createAnswerTimes(), onAnswer, bodyBytes: 0, lastMs: performance.now() }
  const endMs = performance.now() + seconds * 1000
  const requests = { begun: 0, answered: 0 }
  const send = async (lane: Lane, dueMs: number): Promise<boolean> => {
    const request = lane.next()
    if (request === undefined) return false
    requests.begun++
    await exchange(lane, request.bytes)
    requests.answered++
    phase.bodyBytes += request.bodyBytes
    phase.lastMs = performance.now()
    phase.times.add(phase.lastMs - dueMs)
    phase.onAnswer()
    return true
  }
  const work = task.perSecond === undefined ? drive(lanes, endMs, send) : drivePaced(lanes, endMs, task.perSecond, send)
  const cut = delay(seconds * 1000 + GRACE_MS, 'late' as const, { ref: false })
  if ((await Promise.race([work, cut])) === 'late') {
    throw new Error(`${requests.begun - requests.answered} requests were not answered within ${GRACE_MS / 1000} s`)
  }
  return { phase, requests: requests.answered }
}

type Send = (lane: Lane, dueMs: number) => Promise<boolean>

async function drive(lanes: readonly Lane[], endMs: number, send: Send): Promise<void> {
  await Promise.all(
    lanes.map(async (lane) => {
      while (performance.now() < endMs && (await send(lane, performance.now())));
    }),
  )
}

async function drivePaced(lanes: readonly Lane[], endMs: number, perSecond: number, send: Send): Promise<void> {
  let dueMs = performance.now()
  const takeDue = () => (dueMs += 1000 / perSecond)
  await Promise.all(
    lanes.map(async (lane) => {
      for (let mine = takeDue(); mine < endMs; mine = takeDue()) {
        if (mine > performance.now()) await delay(mine - performance.now())
        await send(lane, mine)
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

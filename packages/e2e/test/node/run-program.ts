import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { POISON, RESULT, TICK } from './step.ts'
import type { ProcessResult, Program, Step } from './step.ts'
import type { CreateSubject, Subject } from './subject.ts'

/** The application of a scenario: a process of its own that does the steps it is told. */
const program = JSON.parse(process.argv[2] as string) as Program
const { createSubject } = (await import(program.subject)) as { createSubject: CreateSubject }
const subject = createSubject(program.settings)
const drainsMs: number[] = []
let tracked = 0
let stepsEnded = performance.now()
const floorMb = process.memoryUsage.rss() / 1024 ** 2

process.on('exit', () => {
  const result: ProcessResult = {
    books: subject.books() ?? null,
    floorMb,
    peakMb: process.resourceUsage().maxRSS / 1024,
    drainsMs,
    lingerMs: performance.now() - stepsEnded,
  }
  print(`${RESULT}${JSON.stringify(result)}`)
})

for (const step of program.steps) await take(step)
stepsEnded = performance.now()

async function take(step: Step): Promise<void> {
  switch (step.do) {
    case 'track':
      return track(step)
    case 'trackPoison':
      return subject.track(POISON, `${program.prefix}poison`, {})
    case 'flush':
    case 'shutdown':
      return timed(subject[step.do](step.timeoutMs))
    case 'say':
      return print(step.line)
    case 'stay':
      return new Promise(() => setInterval(() => undefined, 60_000))
    case 'exit':
      return process.exit(0)
    case 'setClockBack':
      return setClockBack(step.byMs)
  }
}

async function track({ count, perTurn = count, everyMs = 0, bytes = 0 }: Step & { do: 'track' }): Promise<void> {
  const padding = 'x'.repeat(bytes)
  for (let done = 0; done < count; done++) {
    if (done > 0 && done % perTurn === 0) await delay(everyMs)
    trackOne(subject, padding)
  }
}

function trackOne(to: Subject, padding: string): void {
  tracked++
  to.track(TICK, `${program.prefix}${tracked}`, padding === '' ? { n: tracked } : { n: tracked, padding })
}

async function timed(drain: Promise<void>): Promise<void> {
  const begun = performance.now()
  await drain
  drainsMs.push(performance.now() - begun)
}

function setClockBack(byMs: number): void {
  const trueNow = Date.now
  Date.now = () => trueNow() - byMs
}

/** Written at once, past Node's stream: a process that is killed next has said it. */
function print(line: string): void {
  writeSync(1, `${line}\n`)
}

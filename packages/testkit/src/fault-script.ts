import type { EventInput } from '@truecount/protocol'
import { dropReply, dropRequest, garbage, hang, ok, status } from './fault.ts'
import type { Fault } from './fault.ts'

/**
 * Says what happens to a request. `requestIndex` counts the well-formed ingest requests from 0;
 * `batch` holds those of the request's events that keep the contract.
 */
export type FaultScript = (requestIndex: number, batch: readonly EventInput[]) => Fault

/** The same for every request. */
export function always(fault: Fault): FaultScript {
  return () => fault
}

/** One fault a request, in order; `then` for all that follow. */
export function sequence(faults: readonly Fault[], then: Fault): FaultScript {
  return (requestIndex) => faults[requestIndex] ?? then
}

const NAMED_FAULTS = { dropRequest, dropReply, hang, garbage: garbage() } as const

/** Share of requests (0 to 1) that meet a fault, by the fault's name or by an HTTP status. */
export type FaultRates = Readonly<Partial<Record<keyof typeof NAMED_FAULTS | number, number>>>

/** Draws a fault for each request: `seeded(createRandom(seed), { dropReply: 0.3, 503: 0.2 })`; the rest is `ok`. */
export function seeded(random: () => number, rates: FaultRates): FaultScript {
  const chances = Object.entries(rates).map(([name, rate = 0]) => ({ fault: faultNamed(name), rate }))
  const sum = chances.reduce((total, { rate }) => total + rate, 0)
  if (!(sum <= 1) || chances.some(({ rate }) => rate < 0)) {
    throw new RangeError(`Fault rates must be shares of 1 that add up to at most 1, got ${JSON.stringify(rates)}`)
  }
  return () => {
    let drawn = random()
    for (const { fault, rate } of chances) {
      if (drawn < rate) return fault
      drawn -= rate
    }
    return ok
  }
}

function faultNamed(name: string): Fault {
  if (Object.hasOwn(NAMED_FAULTS, name)) return NAMED_FAULTS[name as keyof typeof NAMED_FAULTS]
  if (/^[1-5]\d\d$/.test(name)) return status(Number(name))
  throw new TypeError(`Unknown fault "${name}": use ${Object.keys(NAMED_FAULTS).join(', ')} or an HTTP status`)
}

import { gatherEvidence, type LaneEvidence, seqOf } from './lane-evidence.ts'
import type { ChaosRun } from './run-chaos.ts'
import type { Kind, Life } from './tracked.ts'

/** Everything in which the books differ from what happened, in words; nothing, if the promise holds. */
export function contradictionsOf(run: ChaosRun): readonly string[] {
  const evidence = gatherEvidence(run)
  const { ledger, lives } = run
  const sum = (figure: (lane: LaneEvidence['booked']) => number) =>
    ledger.lanes.reduce((total, lane) => total + figure(lane), 0)
  const { captured, stored, rejected, dropped, missing } = ledger.books
  return [
    ...differs('the sum of the books', captured, stored + rejected + dropped + missing),
    ...differs(
      'captured in all lanes',
      sum(({ highest, far }) => highest + far),
      captured,
    ),
    ...differs(
      'missing in all lanes',
      sum((lane) => lane.missing),
      missing,
    ),
    ...differs('events stored', ledger.events.length, stored),
    ...(ledger.doctor === '' ? [] : [ledger.doctor]),
    ...lives.flatMap((life) => {
      const known = evidence.get(life)
      const found = known === undefined ? withoutLane(life, run) : [...eventsOf(known), ...booksOf(known)]
      return found.map((text) => `${life.name}: ${text}`)
    }),
  ]
}

/** Each event that is there was tracked, and is there once; each that is not there was dropped, rejected or destroyed. */
function eventsOf({ life, stored, lost }: LaneEvidence): string[] {
  const lostNumbers = new Set(lost.map(({ n }) => n))
  const kept = numbersOf(life, 'kept')
  const absent = kept.filter((n) => !stored.has(n) && !lostNumbers.has(n))
  const last = Math.max(0, ...stored.keys())
  return [
    ...[...stored].filter(([, count]) => count > 1).map(([n, count]) => `${n} is stored ${count} times`),
    ...[...stored.keys()]
      .filter((n) => life.returned.get(n) !== 'kept' && n !== life.limbo)
      .map((n) => `${n} is stored, and was ${life.returned.get(n) ?? 'not tracked'}`),
    // A killed process takes along what it had in memory alone: the end of its lane.
    ...absent.filter((n) => isWhole(life) || n < last).map((n) => `${n} is lost, and nobody destroyed it`),
  ]
}

/** The books of the lane are what happened to it. */
function booksOf({ life, booked, stored, reports, lost }: LaneEvidence): string[] {
  const { highest, far, rejected, missing } = booked
  const storedEvents = stored.size + reports
  const dropped = highest + far - booked.stored - rejected - missing
  // The highest number itself may be lost: a drop report tells the last one that was given out.
  const within = lost.filter(({ key }) => seqOf(key) <= highest)
  const found = [
    ...differs('stored', booked.stored, storedEvents),
    ...differs('numbers that are not believed', far, 0),
    ...differs('missing', missing, within.length),
  ]
  if (!isWhole(life)) return found
  // What the call under way came to is not known.
  const open = life.limbo === undefined || stored.has(life.limbo) ? 0 : 1
  const lostRejected = lost.filter(({ kind }) => kind === 'rejected').length
  const captured =
    life.returned.size +
    reports -
    (lost.length - within.length) +
    (life.limbo !== undefined && stored.has(life.limbo) ? 1 : 0)
  return [
    ...found,
    ...differs('rejected', rejected, numbersOf(life, 'rejected').length - lostRejected, open),
    ...differs('dropped', dropped, numbersOf(life, 'dropped').length, open),
    ...differs('captured', highest + far, captured, open),
  ]
}

/** Nothing of it was stored: then nothing of it was to be stored. */
function withoutLane(life: Life, { destroyed }: ChaosRun): string[] {
  if (!isWhole(life)) return []
  const gone = new Set(destroyed.filter((one) => one.life === life.name).map(({ n }) => n))
  return numbersOf(life, 'kept')
    .filter((n) => !gone.has(n))
    .map((n) => `${n} is lost, and nobody destroyed it`)
}

/** All that it captured was written down, or it ended in peace. */
function isWhole(life: Life): boolean {
  return life.isDurable || !life.wasKilled
}

function numbersOf(life: Life, kind: Kind): number[] {
  return [...life.returned].filter(([, came]) => came === kind).map(([n]) => n)
}

/** `actual` may be up to `open` more than `expected`. */
function differs(what: string, actual: number, expected: number, open = 0): string[] {
  return actual >= expected && actual <= expected + open ? [] : [`${what} is ${actual}, and should be ${expected}`]
}

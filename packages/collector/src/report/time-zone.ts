/** A zone of the IANA time zone database, as the engine's Intl knows it. */
export interface TimeZone {
  /** What its clocks show more than UTC at an instant, in milliseconds. */
  offsetMs(instantMs: number): number
}

export const UTC: TimeZone = { offsetMs: () => 0 }

const IANA_NAME = /^[A-Za-z][\w+/-]*$/
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** `undefined` for a name that is not in the database. A bare offset (`+05:30`) is no zone: it knows no summer. */
export function findTimeZone(name: string): TimeZone | undefined {
  if (!IANA_NAME.test(name)) return undefined
  const known = new Map<number, number>()
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    return {
      offsetMs(instantMs) {
        const offsetMs = known.get(instantMs) ?? readOffset(format.format(instantMs))
        known.set(instantMs, offsetMs)
        return offsetMs
      },
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function readOffset(text: string): number {
  const match = OFFSET.exec(text)
  if (match === null) throw new Error(`Intl wrote an offset that is none: ${text}`)
  const [hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [number, number, number]
  return (match[1] === '-' ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds) * 1000
}

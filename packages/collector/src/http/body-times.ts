import type { IncomingMessage } from 'node:http'

/** How long a sender may take over a body, in milliseconds. */
export interface BodyTimes {
  /** Between two pieces. */
  readonly idleMs: number
  /** For all of it. */
  readonly totalMs: number
}

/** A slow phone gets its megabyte through at 17 KB a second. */
export const BODY_TIMES: BodyTimes = { idleMs: 15_000, totalMs: 60_000 }

/** Calls `onTooSlow` once when the sender is, and is to be told when the reading is over. */
export function watchBody(request: IncomingMessage, times: BodyTimes, onTooSlow: () => void): { end(): void } {
  const total = setTimeout(onTooSlow, times.totalMs)
  const idle = setTimeout(onTooSlow, times.idleMs)
  const refresh = () => idle.refresh()
  request.on('data', refresh)
  return {
    end() {
      request.off('data', refresh)
      clearTimeout(total)
      clearTimeout(idle)
    },
  }
}

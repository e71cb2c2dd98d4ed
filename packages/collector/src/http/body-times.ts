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

/**
 * Calls `onTooSlow` once when the sender is, and is to be told when the reading is over. What arrived while the
 * collector itself was held up is read before anybody is called slow, and what comes after the last byte (inflating it)
 * is not the sender's time.
 */
export function watchBody(request: IncomingMessage, times: BodyTimes, onTooSlow: () => void): { end(): void } {
  let pieces = 0
  let over = false
  const judge = (isSlow: () => boolean) =>
    setImmediate(() => {
      if (over || !isSlow()) return
      end()
      onTooSlow()
    })
  const total = setTimeout(() => judge(() => true), times.totalMs)
  const idle = setTimeout(() => {
    const before = pieces
    judge(() => pieces === before)
  }, times.idleMs)
  const onData = () => {
    pieces += 1
    idle.refresh()
  }
  function end(): void {
    over = true
    request.off('data', onData)
    for (const event of ['end', 'close']) request.off(event, end)
    clearTimeout(total)
    clearTimeout(idle)
  }
  request.on('data', onData)
  for (const event of ['end', 'close']) request.on(event, end)
  return { end }
}

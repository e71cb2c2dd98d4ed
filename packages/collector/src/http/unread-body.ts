import type { Exchange } from './exchange.ts'
import { type BodyTimes, watchBody } from './body-times.ts'

/** How long a sender whose request is answered already may go on sending its body. */
const LINGER: BodyTimes = { idleMs: 1_000, totalMs: 3_000 }

/**
 * To be called for every answer. Where a request was refused before its body had come, cutting at once would reset the
 * connection and the sender would never see why: so what still comes is thrown away for a moment, then it is cut.
 */
export function endUnreadBody({ req, res }: Exchange): void {
  if (req.complete) return
  res.once('finish', () => {
    watchBody(req, LINGER, () => req.socket.destroy())
    req.resume()
  })
}

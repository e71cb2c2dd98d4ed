import type { IncomingMessage, ServerResponse } from 'node:http'

const HELD = new WeakMap<IncomingMessage, ServerResponse>()

/** Holds back the `100 Continue` that a sender waits for, so that a request which is refused by its head never gets one. */
export function holdContinue(request: IncomingMessage, response: ServerResponse): void {
  HELD.set(request, response)
}

/** To be called before a body is read. Sends what {@link holdContinue} held back, once. */
export function releaseContinue(request: IncomingMessage): void {
  HELD.get(request)?.writeContinue()
  HELD.delete(request)
}

import type { DropReason } from '@truecount/protocol'
import { attempt } from './attempt.ts'

/** What a tracker tells those who listen, by kind. */
export interface Signals {
  /** Events that the collector has stored; `duplicates` of them it had already. */
  delivered: { readonly events: number; readonly duplicates: number }
  /** An event was given up, or (reason `rejected`) the collector refused it for good. */
  dropped: { readonly reason: DropReason | 'rejected'; readonly message: string }
  /** An attempt failed; the next one is `afterMs` away. */
  retry: { readonly reason: string; readonly afterMs: number }
  /** Something is wrong that the developer can mend. */
  error: { readonly message: string }
}

export interface Emitter {
  /** Returns a function that stops listening. A listener that throws harms nobody. */
  on<Kind extends keyof Signals>(kind: Kind, listener: (signal: Signals[Kind]) => void): () => void
  emit<Kind extends keyof Signals>(kind: Kind, signal: Signals[Kind]): void
}

/** `log` gets the messages of errors that nobody listens to, once each; with `debug` it gets every signal. */
export function createEmitter(log: (message: string) => void, debug?: boolean): Emitter {
  const listeners = new Set<readonly [keyof Signals, (signal: never) => void]>()
  const told = new Set<string>()
  return {
    on(kind, listener) {
      const entry = [kind, listener] as const
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    emit(kind, signal) {
      let isHeard = kind !== 'error'
      for (const [wanted, listener] of listeners) {
        if (wanted !== kind) continue
        isHeard = true
        // A listener's fault is its author's to find; it must not cost an event.
        attempt(() => listener(signal as never))
      }
      const text = `${kind} ${JSON.stringify(signal)}`
      if (debug || (!isHeard && told.size < 100 && told.size < told.add(text).size)) log(text)
    },
  }
}

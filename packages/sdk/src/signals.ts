import type { DropReason } from '@truecount/protocol'

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

/** `unheard` gets the messages of errors that nobody listens to, once each. */
export function createEmitter(unheard: (message: string) => void): Emitter {
  const listeners = new Map<keyof Signals, Set<(signal: never) => void>>()
  const told = new Set<string>()
  return {
    on(kind, listener) {
      const all = listeners.get(kind) ?? new Set()
      listeners.set(kind, all.add(listener))
      return () => all.delete(listener)
    },
    emit(kind, signal) {
      for (const listener of listeners.get(kind) ?? []) {
        try {
          listener(signal as never)
        } catch {
          // A listener's fault is its author's to find; it must not cost an event.
        }
      }
      if (kind !== 'error' || listeners.get('error')?.size) return
      const { message } = signal as Signals['error']
      if (told.has(message) || told.size >= 100) return
      told.add(message)
      unheard(message)
    },
  }
}

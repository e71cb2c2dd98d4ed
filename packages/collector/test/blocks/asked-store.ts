import type { Store } from '../../src/store/store.ts'

type Asked<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer | Promise<Answer>
    : never
}

/** The ports of events, whether they answer at once or later. */
export type AskedStore = {
  readonly [Port in 'ledger' | 'eraser' | 'analytics' | 'books' | 'eventList' | 'eventPages' | 'eventStats']: Asked<
    Store[Port]
  >
}

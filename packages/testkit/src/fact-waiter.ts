/** Lets a test wait for something that a server saw, without sleeping. */
export interface FactWaiter {
  /** To be called after every change that a waiting predicate might look at. */
  changed(): void
  /** Resolves as soon as `predicate` is true; rejects with `wanted` and `describe()` after `timeoutMs`. */
  waitFor(predicate: () => boolean, timeoutMs: number, wanted: unknown): Promise<void>
}

interface Waiting {
  readonly predicate: () => boolean
  readonly settle: (failure?: unknown) => void
}

/** `describe` tells what was seen so far, for the message of a wait that ran out of time. */
export function createFactWaiter(describe: () => string): FactWaiter {
  const waiting = new Set<Waiting>()

  const check = ({ predicate, settle }: Waiting) => {
    try {
      if (predicate()) settle()
    } catch (error) {
      settle(error)
    }
  }

  return {
    changed() {
      for (const one of waiting) check(one)
    },
    waitFor(predicate, timeoutMs, wanted) {
      return new Promise<void>((resolve, reject) => {
        const one: Waiting = {
          predicate,
          settle(failure) {
            clearTimeout(timer)
            waiting.delete(one)
            if (failure === undefined) resolve()
            else reject(failure)
          },
        }
        const timer = setTimeout(() => {
          one.settle(new Error(`Not seen within ${timeoutMs} ms: ${String(wanted)}\nSeen: ${describe()}`))
        }, timeoutMs)
        waiting.add(one)
        check(one)
      })
    },
  }
}

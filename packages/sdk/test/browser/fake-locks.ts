import type { Locks } from '../../src/browser/tab-lock.ts'

/** Locks of one origin, granted as the W3C Web Locks API grants exclusive ones: one holder, the others in a row. */
export function createFakeLocks(): Locks & { readonly held: ReadonlySet<string> } {
  const held = new Set<string>()
  const waiting = new Map<string, (() => void)[]>()

  async function grant(name: string, taken: () => unknown): Promise<void> {
    held.add(name)
    try {
      await taken()
    } finally {
      const next = waiting.get(name)?.shift()
      if (next) next()
      else held.delete(name)
    }
  }

  return {
    held,
    async request(name, { signal }, taken) {
      await Promise.resolve()
      if (!held.has(name)) return grant(name, taken)
      await new Promise<void>((resolve, reject) => {
        const row = () => waiting.get(name) ?? []
        waiting.set(name, row().concat(resolve))
        signal.addEventListener('abort', () => {
          waiting.set(
            name,
            row().filter((one) => one !== resolve),
          )
          reject(signal.reason as Error)
        })
      })
      return grant(name, taken)
    },
  }
}

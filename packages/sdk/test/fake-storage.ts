import { attempt } from '../src/attempt.ts'
import type { SafeStorage, WebStorage } from '../src/browser/safe-storage.ts'

export interface FakeStorage extends WebStorage {
  readonly entries: Map<string, string>
  /** How often anything of it was used. */
  uses(): number
}

/** Web storage for `maxCharacters` of names and values; beyond it `setItem` throws as browsers do. */
export function createFakeStorage(maxCharacters = Infinity): FakeStorage {
  const entries = new Map<string, string>()
  let uses = 0
  const used = <T>(answer: T) => (uses++, answer)
  const total = () => [...entries].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  const methods = {
    entries,
    uses: () => uses,
    getItem: (name: string) => used(entries.get(name) ?? null),
    setItem(name: string, value: string) {
      const grows =
        name.length + value.length - (entries.has(name) ? name.length + (entries.get(name) ?? '').length : 0)
      if (used(total() + grows) > maxCharacters) throw new DOMException('The quota is exceeded', 'QuotaExceededError')
      entries.set(name, value)
    },
    removeItem: (name: string) => used(void entries.delete(name)),
  }
  // The entries are its own enumerable properties (HTML standard: a Storage object's supported property names).
  return new Proxy(methods, {
    get: (target, name) => (name in target ? (Reflect.get(target, name) as unknown) : entries.get(String(name))),
    ownKeys: () => used([...entries.keys()]),
    getOwnPropertyDescriptor: (_, name) => ({
      value: entries.get(String(name)),
      enumerable: true,
      configurable: true,
    }),
  })
}

/** Storage as it is where the user or a policy forbids it. */
export function forbiddenStorage(): never {
  throw new DOMException('The operation is insecure', 'SecurityError')
}

/** As the browser's tracker uses storage, which is asked for at every use. */
export function safely(storage: () => WebStorage): SafeStorage {
  return (use) => attempt(() => use(storage()))
}

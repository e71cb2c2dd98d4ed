import type { WebStorage } from '../src/browser/safe-storage.ts'

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
  return {
    entries,
    uses: () => uses,
    get length() {
      return used(entries.size)
    },
    key: (index) => used([...entries.keys()][index] ?? null),
    getItem: (name) => used(entries.get(name) ?? null),
    setItem(name, value) {
      const grows =
        name.length + value.length - (entries.has(name) ? name.length + (entries.get(name) ?? '').length : 0)
      if (used(total() + grows) > maxCharacters) throw new DOMException('The quota is exceeded', 'QuotaExceededError')
      entries.set(name, value)
    },
    removeItem: (name) => used(void entries.delete(name)),
  }
}

/** Storage as it is where the user or a policy forbids it. */
export function forbiddenStorage(): never {
  throw new DOMException('The operation is insecure', 'SecurityError')
}

/** The part of Web Storage that is used (HTML standard, §12). */
export type WebStorage = Pick<Storage, 'getItem' | 'key' | 'length' | 'removeItem' | 'setItem'>

/** Web storage that answers instead of throwing: it may be full, disabled, forbidden by policy, or not there at all. */
export interface SafeStorage {
  /** `undefined` where there is no such entry, or no storage. */
  read(name: string): string | undefined
  /** Whether the entry is written. */
  write(name: string, value: string): boolean
  erase(name: string): void
  /** Names of all entries that begin with `prefix`. */
  names(prefix: string): string[]
}

/** `storage` is called at every use: reading the property is what throws where storage is forbidden. */
export function createSafeStorage(storage: () => WebStorage | undefined): SafeStorage {
  const quietly = <T>(use: (storage: WebStorage) => T): T | undefined => {
    try {
      const given = storage()
      return given && use(given)
    } catch {
      // The caller learns it from the answer, and keeps in memory what it could not write.
      return undefined
    }
  }
  return {
    read: (name) => quietly((given) => given.getItem(name)) ?? undefined,
    write: (name, value) => quietly((given) => (given.setItem(name, value), true)) ?? false,
    erase: (name) => quietly((given) => given.removeItem(name)),
    names(prefix) {
      const names: string[] = []
      quietly((given) => {
        for (let i = 0; i < given.length; i++) {
          const name = given.key(i)
          if (name?.startsWith(prefix)) names.push(name)
        }
      })
      return names
    },
  }
}

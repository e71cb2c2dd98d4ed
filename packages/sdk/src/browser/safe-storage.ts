/** The part of Web Storage that is used (HTML standard, §12). */
export type WebStorage = Pick<Storage, 'getItem' | 'removeItem' | 'setItem'>

/**
 * Web storage that answers instead of throwing: it may be full, disabled, forbidden by policy, or not there at all.
 * Runs `use` with it and returns what that returns; `undefined` where it failed.
 */
export type SafeStorage = <T>(use: (storage: WebStorage) => T) => T | undefined

/** `storage` is called at every use: reading the property is what throws where storage is forbidden. */
export function createSafeStorage(storage: () => WebStorage): SafeStorage {
  return (use) => {
    try {
      return use(storage())
    } catch {
      // The caller learns it from the answer, and keeps in memory what it could not write.
      return undefined
    }
  }
}

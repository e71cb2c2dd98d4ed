import { attempt } from '../attempt.ts'

/** The part of Web Storage that is used (HTML standard, §12). */
export type WebStorage = Pick<Storage, 'getItem' | 'removeItem' | 'setItem'>

/**
 * Web storage that answers instead of throwing: it may be full, disabled, forbidden by policy, or not there at all.
 * Runs `use` with it and returns what that returns; `undefined` where it failed.
 */
export type SafeStorage = <T>(use: (storage: WebStorage) => T) => T | undefined

/** `storage` is called at every use: reading the property is what throws where storage is forbidden. */
export function createSafeStorage(storage: () => WebStorage): SafeStorage {
  return (use) => attempt(() => use(storage()))
}

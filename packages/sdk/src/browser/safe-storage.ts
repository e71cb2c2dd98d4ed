/** The part of Web Storage that is used (HTML standard, §12). */
export type WebStorage = Pick<Storage, 'getItem' | 'removeItem' | 'setItem'>

/**
 * Web storage that answers instead of throwing: it may be full, disabled, forbidden by policy, or not there at all.
 * Runs `use` with it and returns what that returns; `undefined` where it failed, and where it may not be used.
 */
export type SafeStorage = <T>(use: (storage: WebStorage) => T) => T | undefined

import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'

/** Runs a synchronous piece of database work as a promise; what the driver throws becomes a `StoreError`. */
export async function guard<T>(work: () => T): Promise<T> {
  try {
    return work()
  } catch (error) {
    if (error instanceof Database.SqliteError) {
      throw new StoreError('unavailable', `The database refused (${error.code})`, error)
    }
    if (error instanceof TypeError && error.message.includes('not open')) {
      throw new StoreError('unavailable', 'The store is closed', error)
    }
    throw error
  }
}

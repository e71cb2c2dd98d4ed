import { copyFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import type { FilledStore } from './fill-store.ts'

/** Copies a store that no collector runs on, so that what is done to the copy leaves it as it is. */
export async function copyStore(store: FilledStore, to: string): Promise<FilledStore> {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(store.dbPath + suffix)) await copyFile(store.dbPath + suffix, to + suffix)
  }
  return { ...store, dbPath: to }
}

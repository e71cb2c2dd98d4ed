import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset } from '../ground/events/dataset.ts'
import { copyStore } from '../ground/servers/copy-store.ts'
import { type FilledStore, fillStore } from '../ground/servers/fill-store.ts'

export type StoreWish = Pick<Dataset, 'users' | 'keys'>

/** Full databases that figures share: each is filled when it is first asked for, and never changed. */
export interface Stores {
  filled(wish: StoreWish): Promise<FilledStore>
  /** Gives a copy to whoever changes it; it is gone afterwards. */
  withCopy<Result>(wish: StoreWish, use: (copy: FilledStore) => Promise<Result>): Promise<Result>
  /** Path of a folder for databases of one's own; it is gone afterwards. */
  withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result>
  removeAll(): Promise<void>
}

/** `events` in each; filling one may take `limitSeconds`. */
export function createStores(events: number, limitSeconds: number, say: (line: string) => void): Stores {
  const fillings = new Map<string, Promise<FilledStore>>()
  const folders: string[] = []

  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'truecount-stores-'))
    folders.push(folder)
    return folder
  }

  async function fill({ users, keys }: StoreWish): Promise<FilledStore> {
    const dataset: Dataset = { events, users, keys, metadata: 'even' }
    const store = await fillStore({ dataset, dbPath: join(await newFolder(), 'full.db'), limitSeconds })
    const { seconds } = store.load
    if (store.events < events) throw new Error(`Only ${store.events} events within ${limitSeconds} s`)
    say(`Filled with ${events} events of ${users} users, ${keys} keys: ${Math.round(events / seconds)} a second`)
    return store
  }

  async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = await newFolder()
    try {
      return await use(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  function filled(wish: StoreWish): Promise<FilledStore> {
    const name = `${wish.users} ${wish.keys}`
    const filling = fillings.get(name) ?? fill(wish)
    fillings.set(name, filling)
    return filling
  }

  return {
    filled,
    withFolder,
    withCopy: async (wish, use) => {
      const store = await filled(wish)
      return withFolder(async (folder) => use(await copyStore(store, join(folder, 'copy.db'))))
    },
    async removeAll() {
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
    },
  }
}

import { openStore } from '../src/store/blocks/open-store.ts'
import type { Durability, Store } from '../src/store/store.ts'

/** A store whose background work may not fail. */
export function openTestStore(path: string, durability: Durability = 'process'): Promise<Store> {
  return openStore(path, durability, {
    moved: () => undefined,
    failed(error) {
      throw error
    },
  })
}

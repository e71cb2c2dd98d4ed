import { describeError } from './describe-error.ts'
import type { Log } from './log.ts'
import type { StoreObserver } from './store/blocks/open-store.ts'

/** Logs what a store does by itself; a step of a tenth at a time. */
export function createStoreLog(log: Log): StoreObserver {
  let logged = 0
  return {
    moved(done, total) {
      const tenths = Math.floor((10 * done) / total)
      if (tenths === logged) return
      logged = tenths
      log('info', 'moving events into blocks', { percent: 10 * tenths })
    },
    failed: (error) => log('error', 'store', { error: describeError(error) }),
  }
}

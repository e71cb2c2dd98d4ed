import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Collects what this thread threw away: `minor` only what is young, which takes less than a millisecond where little else is.
 */
export type CollectGarbage = (options: { readonly type: 'minor' | 'major' }) => void

/**
 * The engine's own collector, for threads that throw away much memory that lies outside of its heap: it would wait for 64 MB of
 * it, or for ever in a thread that has nothing to do. To be called by the entry of a thread.
 */
export function openCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as CollectGarbage
}

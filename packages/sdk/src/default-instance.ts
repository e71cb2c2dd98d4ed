import { createDeferredTracker, type DeferredParts } from './deferred-tracker.ts'
import type { Tracker } from './tracker.ts'

/** A tracker without a variable: everything that a {@link Tracker} can do, and `init` to begin. */
export type DefaultInstance<Options> = Tracker & {
  /** Makes the tracker; calls that came before wait in order and follow. Later calls of `init` change nothing. */
  init(options: Options): void
}

export interface DefaultInstanceParts<Options> extends DeferredParts {
  readonly createTracker: (options: Options) => Tracker
}

/**
 * Returns a function that gives each method by its name. An entry exports them one by one, each picked by a call that
 * is marked pure: a bundler then leaves all of this out where nobody imports them.
 */
export function createDefaultInstance<Options>({ createTracker, now, log }: DefaultInstanceParts<Options>) {
  const { tracker, attach } = createDeferredTracker({ now, log })
  const instance: DefaultInstance<Options> = {
    ...tracker,
    init(options) {
      if (!attach(() => createTracker(options)))
        log('init() was called before: its tracker stays, these options do not')
    },
  }
  return <Name extends keyof DefaultInstance<Options>>(name: Name): DefaultInstance<Options>[Name] => instance[name]
}

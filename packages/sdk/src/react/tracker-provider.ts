import { createContext, createElement, useContext, useEffect, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'
import { createDeferredTracker } from '../deferred-tracker.ts'
import type { EventMap } from '../event-map.ts'
import type { Tracker } from '../tracker.ts'

const TrackerContext = createContext<Tracker | undefined>(undefined)

/** A tracker of whatever events: which ones it takes is between `createTracker` and `useTracker`. */
type AnyTracker = Omit<Tracker, 'track'> & { track(...args: never): void }

export interface TrackerProviderProps {
  /** Makes the tracker: `() => createTracker({ … })`. Called once in the provider's life, and never on a server. */
  readonly create: () => AnyTracker
  readonly children?: ReactNode
}

/**
 * Gives a tracker to everything below it. Rendering does nothing, so a server and StrictMode may render as often as
 * they like: the tracker is made by the first effect, and calls from effects that run before it wait in order.
 * The tracker outlives the provider, since what it holds is still to be sent.
 */
export function TrackerProvider({ create, children }: TrackerProviderProps): ReactElement {
  const [{ tracker, attach }] = useState(() => createDeferredTracker({ now: () => Date.now(), log }))
  useEffect(() => {
    attach(create)
  }, [attach, create])
  return createElement(TrackerContext.Provider, { value: tracker }, children)
}

/**
 * The tracker of the nearest provider, always the same object. To be called in effects and event handlers: what a
 * component does while it renders may be done twice, or thrown away.
 * Throws where there is no provider above.
 */
export function useTracker<Events extends EventMap = EventMap>(): Tracker<Events> {
  const tracker = useContext(TrackerContext)
  if (tracker === undefined) throw new Error('useTracker() needs a <TrackerProvider create={…}> above it')
  return tracker
}

function log(message: string): void {
  console.warn('[truecount]', message)
}

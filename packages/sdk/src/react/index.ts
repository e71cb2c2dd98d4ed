export { TrackerProvider, useTracker } from './tracker-provider.ts'
export type { TrackerProviderProps } from './tracker-provider.ts'
export type { EventMap, TrackOptions } from '../event-map.ts'
export type { Tracker } from '../tracker.ts'

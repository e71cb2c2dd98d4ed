import type { TrackerOptions } from '../browser/index.ts'
import type { Tracker } from '../tracker.ts'

/** What a page may put before the script: `truecount = { q: [['track', 'signup']] }`, calls in order. */
interface Stub {
  readonly q?: unknown
}

/**
 * Makes the tracker that the script tag describes (`data-key`, `data-endpoint`) and puts it at `truecount`, where
 * calls that came before it may wait.
 */
export function startFromScriptTag(
  script: { readonly dataset?: DOMStringMap } | null,
  page: { truecount?: unknown },
  createTracker: (options: TrackerOptions) => Tracker,
): void {
  const { key = '', endpoint = '' } = script?.dataset ?? {}
  const calls = (page.truecount as Stub | undefined)?.q
  const tracker = createTracker({ key, endpoint })
  page.truecount = tracker
  const methods = tracker as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>
  for (const call of Array.isArray(calls) ? calls : []) {
    const [method, ...args] = Array.from((call ?? []) as ArrayLike<unknown>)
    if (Object.hasOwn(methods, method as string)) methods[method as string]?.(...args)
  }
}

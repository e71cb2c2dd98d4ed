import type { V1Api } from './v1-api.ts'

/** What the collector can prove about its project's events, all lanes together. */
export interface Books {
  /** Events that the SDKs numbered, by the highest number seen of each lane. */
  readonly captured: number
  readonly stored: number
  /** Repeats that were recognised, and not stored again. */
  readonly duplicatesPrevented: number
  readonly rejected: number
  /** Given up by an SDK, which said so. */
  readonly dropped: number
  /** Numbered, and neither stored nor rejected nor dropped. */
  readonly missing: number
}

/** Asks the collector for its books. */
export async function readBooks(api: V1Api): Promise<Books> {
  const answer = (await api.get('/api/v1/analytics/delivery')) as Record<string, unknown>
  return {
    captured: figure(answer, 'captured'),
    stored: figure(answer, 'stored'),
    duplicatesPrevented: figure(answer, 'duplicates_prevented'),
    rejected: figure(answer, 'rejected'),
    dropped: figure(answer, 'dropped'),
    missing: figure(answer, 'missing'),
  }
}

function figure(answer: Readonly<Record<string, unknown>>, name: string): number {
  const value = answer[name]
  if (typeof value !== 'number') throw new Error(`The collector's books have no "${name}"`)
  return value
}

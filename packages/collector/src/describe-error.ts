import { StoreError } from './store/store-error.ts'

/** An error as the log tells it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof StoreError ? `${error.message}: ${String(error.cause)}` : (error.stack ?? error.message)
}

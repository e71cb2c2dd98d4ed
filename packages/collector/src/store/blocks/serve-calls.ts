import type { MessagePort, Transferable } from 'node:worker_threads'
import { StoreError } from '../store-error.ts'

export interface CallMessage {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** `failed`: a programmer's mistake. */
export type ReplyMessage = { readonly id: number } & (
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'unavailable' | 'failed'; readonly message: string }
)

export type ServedCall = (...args: never[]) => unknown

/** Answers calls one after another. `memoryOf` says which memory of a value need not be copied. */
export function serveCalls(
  port: MessagePort,
  calls: Readonly<Record<string, ServedCall>>,
  memoryOf: (value: unknown) => readonly Transferable[] = () => [],
): void {
  let last: Promise<void> = Promise.resolve()
  port.on('message', ({ id, name, args }: CallMessage) => {
    last = last.then(async () => {
      try {
        const value: unknown = await (calls[name] as ServedCall)(...(args as never[]))
        port.postMessage({ id, kind: 'value', value } satisfies ReplyMessage, [...memoryOf(value)])
      } catch (error) {
        port.postMessage(failureOf(id, error))
      }
    })
  })
}

/** What a driver throws, it throws because the file can't be read now. */
function failureOf(id: number, error: unknown): ReplyMessage {
  const { name, message, code } = error as Error & { readonly code?: string }
  if (error instanceof StoreError) return { id, kind: 'unavailable', message }
  if (name === 'SqliteError') return { id, kind: 'unavailable', message: `The database refused (${code})` }
  return { id, kind: 'failed', message: String((error as Error).stack ?? error) }
}

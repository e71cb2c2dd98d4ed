import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { readRetryAfter } from './retry-after.ts'
import { shareLookups } from './share-lookups.ts'
import type { SignedRequest } from './signature.ts'
import { pinnedLookup, type ResolveName, vetHost } from './vetted-lookup.ts'
import { type AddressPolicy, hostOf } from './webhook-address.ts'

/** What a webhook answered, or why it could not. */
export type PostResult =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** The first of the body, as text. */
      readonly answer: string
      /** How long to wait, in milliseconds, if it said so. */
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'unanswered'; readonly error: string }

/** Sends one signed request. Follows no redirect; `signal` ends it at any point. */
export type PostWebhook = (url: string, request: SignedRequest, signal: AbortSignal) => Promise<PostResult>

/** How much of an answer's body is read. */
export const MAX_ANSWER_BYTES = 1024

/** How long a body may take once the status is known: the status alone decides. */
const ANSWER_BODY_MS = 2_000

export interface PostWebhookParts {
  readonly policy: AddressPolicy
  readonly resolveName: ResolveName
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Each request is a connection of its own, to an address that was vetted for it. */
export function createPostWebhook({ policy, resolveName, now }: PostWebhookParts): PostWebhook {
  const lookup = shareLookups(resolveName)
  return async (text, request, signal) => {
    try {
      const url = new URL(text)
      const vetted = await untilAborted(vetHost(hostOf(url), policy, lookup), signal)
      if (!vetted.ok) return { kind: 'unanswered', error: vetted.error }
      const answer = await open(url, request, signal, pinnedLookup(vetted.addresses))
      const retryAfterMs = readRetryAfter(answer.headers['retry-after'], now())
      return { kind: 'answered', status: answer.statusCode as number, answer: await readStart(answer), retryAfterMs }
    } catch (error) {
      return { kind: 'unanswered', error: describe(error as Error, signal) }
    }
  }
}

function open(
  url: URL,
  { body, headers }: SignedRequest,
  signal: AbortSignal,
  lookup: ReturnType<typeof pinnedLookup>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const own = { 'content-length': Buffer.byteLength(body), 'user-agent': 'truecount', 'accept-encoding': 'identity' }
    const request = send(
      url,
      { method: 'POST', agent: false, signal, headers: { ...headers, ...own }, lookup },
      resolve,
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** The start of a body, however it ends, and however long it is. */
function readStart(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const timer = setTimeout(() => answer.destroy(), ANSWER_BODY_MS)
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= MAX_ANSWER_BYTES) answer.destroy()
    })
    // A body that breaks off is no failure: its `close` follows.
    answer.on('error', () => undefined)
    answer.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString())
    })
  })
}

/** A look-up can't be ended, but need not be waited for. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function describe(error: Error & { code?: string }, signal: AbortSignal): string {
  const cause = signal.aborted ? (signal.reason as Error) : error
  return cause.message || error.code || cause.name
}

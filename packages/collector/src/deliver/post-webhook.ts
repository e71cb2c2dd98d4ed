import { lookup } from 'node:dns'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { SignedRequest } from './signature.ts'
import { hostOf, isOwnAddress } from './webhook-address.ts'

/** What a webhook answered, or why it could not. */
export type PostResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unanswered'; readonly error: string }

/** Sends one signed request. Follows no redirect, keeps nothing of the answer's body; `signal` ends it at any point. */
export type PostWebhook = (url: string, request: SignedRequest, signal: AbortSignal) => Promise<PostResult>

export function createPostWebhook({ allowOwnAddresses }: { allowOwnAddresses: boolean }): PostWebhook {
  return (text, { body, headers }, signal) =>
    new Promise((resolve) => {
      const url = new URL(text)
      if (!allowOwnAddresses && isOwnAddress(hostOf(url))) return resolve(forbidden(hostOf(url)))
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const options = {
        method: 'POST',
        agent: false,
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'truecount' },
        ...(allowOwnAddresses ? {} : { lookup: lookupOthers }),
      }
      const onAnswer = (answer: IncomingMessage) => {
        answer.destroy()
        resolve({ kind: 'answered', status: answer.statusCode as number })
      }
      const request = send(url, options, onAnswer)
      request.on('error', (error) => resolve({ kind: 'unanswered', error: describe(error, signal) }))
      request.end(body)
    })
}

/** Checks the address that is connected to, so that a name can't point elsewhere after it was registered. */
const lookupOthers: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '')
    const own = addresses.find(({ address }) => isOwnAddress(address))
    if (own !== undefined) return callback(new Error(forbidden(own.address).error), '')
    if (options.all) return callback(null, addresses)
    const [first] = addresses
    callback(null, first?.address ?? '', first?.family)
  })
}

function forbidden(address: string): { kind: 'unanswered'; error: string } {
  return { kind: 'unanswered', error: `${address} is an address of the collector itself` }
}

function describe(error: Error & { code?: string }, signal: AbortSignal): string {
  const cause = signal.aborted ? (signal.reason as Error) : error
  return cause.message || error.code || cause.name
}

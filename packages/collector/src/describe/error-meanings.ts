import type { ErrorCode } from '@truecount/protocol'

/** The closed list of `error` values, each with what it means and what to do. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'Something in the request is wrong; the message says what. Sending it again gets the same answer',
  batch_too_large: 'The batch has more events than a batch may hold, or than the key may send in a minute: halve it',
  unauthorized: 'No key, an unknown one or a revoked one',
  forbidden: 'The key is known, and may not do this: its kind, its project or the origin of the page is wrong',
  not_found: 'There is no such path, or no such thing in the project of the key',
  method_not_allowed: 'The path is there, the method is not: see Allow',
  request_timeout: 'The request came too slowly: send it again',
  conflict: 'The thing is in a state, or in a use, that does not allow this',
  payload_too_large: 'The body is too large, as it came or after decompression: halve it',
  unsupported_media_type: 'Content-Type, charset or Content-Encoding is none of those that are read',
  rate_limited: 'The key has used up its minute: send it again after Retry-After seconds',
  headers_too_large: 'The head of the request is too large',
  internal_error: 'The collector failed, and its log says why: send it again later',
  unavailable: 'The store cannot take or answer this now, and nothing was changed: send it again later',
}

/** The closed list of `error` values of the v1 API, each with the HTTP status that bears it. */
export const ERROR_STATUS = {
  invalid_request: 400,
  batch_too_large: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof ERROR_STATUS

/** Body of every error answer of the v1 API; `code` is the HTTP status. */
export interface ErrorBody {
  readonly error: ErrorCode
  readonly message: string
  readonly code: number
}

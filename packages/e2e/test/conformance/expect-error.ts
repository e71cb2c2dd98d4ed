import { expect } from 'vitest'
import type { Answer } from './client.ts'

/** The documented `error` values, each with its status. */
const STATUS_OF: Readonly<Record<string, number>> = {
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
  unavailable: 503,
}

/** Expects the documented shape: these three fields, `code` the HTTP status, `error` of the closed list, words to read. */
export function expectError(answer: Answer, status: number, error?: string): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status })
  const { body } = answer
  expect(Object.keys(body).sort()).toEqual(['code', 'error', 'message'])
  expect(body['code']).toBe(status)
  expect(STATUS_OF[body['error'] as string]).toBe(status)
  expect(body['message']).toMatch(/\S/)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  if (error !== undefined) expect(body['error']).toBe(error)
}

/** Refusals in the form that the caller's program understands and shows. */
import type { ServerResponse } from 'node:http'
import { type ErrorCode, errorTable } from '@workshop/contracts/errors'

export interface Refusal {
  readonly status: number
  readonly body: object
}

/**
 * For Claude: 400 is the one status that it shows at once, without a retry and without taking it for a login problem.
 * `message` is one sentence.
 */
export function modelRefusal(code: ErrorCode, message: string, status = 400): Refusal {
  return { status, body: anthropicError(status, `${code} ${message} What to do: ${errorTable[code].fix}.`) }
}

/** The error body of the Messages API. */
export function anthropicError(status: number, message: string): object {
  return {
    type: 'error',
    error: { type: errorTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'), message },
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

/** For SDKs: the platform's own envelope, so that they raise the error class that fits. */
export function workspaceRefusal(status: 400 | 401 | 403 | 413 | 429 | 502, code: ErrorCode, message: string): Refusal {
  return {
    status,
    body: {
      error_code: platformCodes[status],
      message: `${code} ${message} What to do: ${errorTable[code].fix}.`,
      details: [],
    },
  }
}

const platformCodes = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  413: 'INVALID_PARAMETER_VALUE',
  429: 'RESOURCE_EXHAUSTED',
  502: 'TEMPORARILY_UNAVAILABLE',
} as const

/** Answers unless an answer has begun. The connection ends, because the rest of the request may be unread. */
export function refuse(response: ServerResponse, { status, body }: Refusal): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
}

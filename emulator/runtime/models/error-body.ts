/** Errors in the shape of each model API. */

import type { JsonObject } from './conversation.ts'

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

const googleStatuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

export function errorBody(
  api: 'anthropic' | 'responses' | 'chat' | 'gemini',
  status: number,
  message: string,
): JsonObject {
  switch (api) {
    case 'anthropic':
      return { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message } }
    case 'gemini':
      return { error: { code: status, message, status: googleStatuses[status] ?? 'INTERNAL' } }
    default:
      return { error: { message, type: status < 500 ? 'invalid_request_error' : 'server_error', code: String(status) } }
  }
}

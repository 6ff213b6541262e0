/** Errors as the platform words them: one envelope for the REST APIs, another for SCIM. */
import { randomUUID } from 'node:crypto'

/** Thrown by handlers; the server writes it in the envelope of the API that was called. */
export class ApiError extends Error {
  readonly status: number
  /** A code word, or the bare status where the platform sends a number (bad credentials). */
  readonly code: string | number

  constructor(status: number, code: string | number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** Refused at the door, before any API was reached: always in the REST envelope. */
export class AdmissionError extends ApiError {}

/** `{error_code, message, details}`: what every REST API but SCIM answers. */
export function restErrorBody(error: ApiError): object {
  return {
    error_code: error.code,
    message: error.message,
    details: [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo', request_id: randomUUID(), serving_data: '' }],
  }
}

/** The SCIM envelope; clients turn it into the code `SCIM_<status>`. */
export function scimErrorBody(error: ApiError): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    detail: error.message,
    status: String(error.status),
    ...(typeof error.code === 'string' ? { scimType: error.code } : {}),
  }
}

/** 400 for a field that cannot be used. */
export const invalid = (message: string) => new ApiError(400, 'INVALID_PARAMETER_VALUE', message)

/** 404 for something that is not there. */
export const missing = (message: string) => new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message)

/** 403 for somebody who may not. */
export const denied = (message: string) => new ApiError(403, 'PERMISSION_DENIED', message)

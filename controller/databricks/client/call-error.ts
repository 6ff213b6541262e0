/** What a failed call to the platform throws: a WorkshopError that also knows the platform's own words. */
import { type ErrorCode, WorkshopError } from '@workshop/contracts/errors'
import type { PlatformError } from './error-body.ts'

/** Thrown by every client function. `unknownResult` means: the write may or may not have happened; look before repeating. */
export class CallError extends WorkshopError {
  readonly status: number
  readonly platformCode: string
  readonly platformMessage: string
  readonly unknownResult: boolean
  /** Epoch ms before which the host should not be asked again, when it said so. */
  readonly retryAt: number | undefined

  constructor(
    call: string,
    error: PlatformError,
    options: { readonly unknownResult?: boolean; readonly retryAt?: number | undefined; readonly cause?: unknown } = {},
  ) {
    const request = error.requestId ? ` (request ${error.requestId})` : ''
    super(
      { code: workshopCode(error), where: call, message: `${error.message}${request}` },
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.name = 'CallError'
    this.status = error.status
    this.platformCode = error.code
    this.platformMessage = error.message
    this.unknownResult = options.unknownResult ?? false
    this.retryAt = options.retryAt
  }

  /** The thing asked for is not there. */
  get isMissing(): boolean {
    return this.status === 404 || missingCodes.has(this.platformCode)
  }

  /** The thing to be made is there already. */
  get isTaken(): boolean {
    return this.status === 409 || this.platformCode.endsWith('ALREADY_EXISTS')
  }
}

const missingCodes = new Set(['RESOURCE_DOES_NOT_EXIST', 'NOT_FOUND', 'SCIM_404'])
const quotaCodes = new Set(['QUOTA_EXCEEDED', 'RESOURCE_LIMIT_EXCEEDED'])
const rateCodes = new Set(['REQUEST_LIMIT_EXCEEDED', 'RESOURCE_EXHAUSTED'])

/** Our code for an error of the platform. A dead token is 403 "Invalid access token." there, hence the text (facts 3.2). */
function workshopCode({ status, code, message }: PlatformError): ErrorCode {
  if (status === 0) return 'WO-2004'
  if (quotaCodes.has(code)) return 'WO-2030'
  if (status === 429 || rateCodes.has(code)) return 'WO-2005'
  if (status === 401 || code === 'invalid_client' || /invalid access token/i.test(message)) return 'WO-2002'
  if (status === 403) return 'WO-2003'
  return 'WO-2090'
}

/** What a failed call to the Kubernetes API throws: a WorkshopError that also knows status and reason. */
import { type ErrorCode, WorkshopError } from '@workshop/contracts/errors'

export interface KubeFailure {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Kubernetes' own word, such as Conflict, Expired or TooManyRequests; empty when it gave none. */
  readonly reason: string
  readonly message: string
  /** What Retry-After asked for. */
  readonly retryAfterMs?: number | undefined
}

export class KubeError extends WorkshopError {
  readonly status: number
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(call: string, failure: KubeFailure, cause?: unknown) {
    const problem = { code: codeOf(failure.status), where: call, message: failure.message }
    super(problem, cause === undefined ? {} : { cause })
    this.name = 'KubeError'
    this.status = failure.status
    this.reason = failure.reason
    this.retryAfterMs = failure.retryAfterMs
  }

  get isMissing(): boolean {
    return this.status === 404
  }

  /** Somebody else was faster, or the object is another one of the same name. */
  get isConflict(): boolean {
    return this.status === 409
  }

  /** The version that was asked for is not kept any more: list again. */
  get isExpired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone'
  }
}

function codeOf(status: number): ErrorCode {
  if (status === 0) return 'WO-3001'
  if (status === 401) return 'WO-3002'
  if (status === 403) return 'WO-3003'
  return 'WO-3090'
}

/** The failure that an answer's body describes: a Status object, or whatever a proxy in between wrote. */
export function readFailure(status: number, text: string, retryAfter: string | undefined): KubeFailure {
  const seconds = Number(retryAfter)
  const retryAfterMs = retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1_000 : undefined
  const body = parseObject(text)
  return {
    status,
    reason: typeof body['reason'] === 'string' ? body['reason'] : '',
    message: typeof body['message'] === 'string' ? body['message'].slice(0, 1_000) : `the answer has status ${status}`,
    retryAfterMs,
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Faults on demand: an answer or a cut connection instead of, or after, what a request really does. */
import { randomUUID } from 'node:crypto'
import { invalid } from '../http/api-error.ts'
import { type Fields, optionalText } from '../http/call.ts'

/** One rule. It skips the first `after` matches and then strikes `times` times. */
export interface Fault {
  readonly id: string
  readonly method: string | undefined
  /** `*` stands for one path segment or a part of it, `**` for anything. */
  readonly path: string
  readonly after: number
  readonly times: number
  /** `before`: the request has no effect; `after`: it has, but the caller is not told. */
  readonly when: 'before' | 'after'
  /** Undefined lets the real answer through (for faults that only delay). */
  readonly status: number | undefined
  readonly body: unknown
  readonly reset: boolean
  readonly delayMs: number
  readonly retryAfter: string | undefined
}

interface Armed {
  readonly fault: Fault
  readonly pattern: RegExp
  seen: number
}

export class Faults {
  #armed: Armed[] = []

  add(fault: Fault): void {
    this.#armed.push({ fault, pattern: compilePattern(fault.path), seen: 0 })
  }

  remove(id?: string): void {
    this.#armed = id === undefined ? [] : this.#armed.filter(({ fault }) => fault.id !== id)
  }

  /** Rules with how often each matched. */
  list(): readonly (Fault & { readonly matched: number })[] {
    return this.#armed.map(({ fault, seen }) => ({ ...fault, matched: seen }))
  }

  /** Counts a request and returns the first fault that strikes it. `path` is decoded and without query. */
  strike(method: string, path: string): Fault | undefined {
    let struck: Fault | undefined
    for (const armed of this.#armed) {
      const { fault } = armed
      if ((fault.method !== undefined && fault.method !== method) || !armed.pattern.test(path)) continue
      armed.seen += 1
      if (armed.seen > fault.after && armed.seen <= fault.after + fault.times) struck ??= fault
    }
    return struck
  }
}

function compilePattern(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('')
  return new RegExp(`^${source}$`)
}

/** Reads a rule from a request body; `times` counts from 1 and is endless when absent or 0. */
export function readFault(body: Fields): Fault {
  const path = optionalText(body, 'path')
  if (!path?.startsWith('/')) throw invalid('path must be a pattern that starts with /.')
  const when = optionalText(body, 'when') ?? 'before'
  if (when !== 'before' && when !== 'after') throw invalid('when must be before or after.')
  const status = body['status'] === undefined ? undefined : count(body, 'status')
  const reset = body['reset'] === true
  const delayMs = count(body, 'delayMs')
  if (status === undefined && !reset && delayMs === 0) throw invalid('A fault needs a status, reset or delayMs.')
  if (status !== undefined && (status < 200 || status > 599)) throw invalid('status must be from 200 to 599.')
  const retryAfter = body['retryAfter']
  return {
    id: randomUUID(),
    method: optionalText(body, 'method')?.toUpperCase(),
    path,
    after: count(body, 'after'),
    times: count(body, 'times') || Number.POSITIVE_INFINITY,
    when,
    status,
    body: body['body'],
    reset,
    delayMs,
    retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
  }
}

function count(body: Fields, field: string): number {
  const value = body[field] ?? 0
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw invalid(`${field} must be a whole number from 0.`)
  return value
}

const codes: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  409: 'RESOURCE_CONFLICT',
  429: 'REQUEST_LIMIT_EXCEEDED',
  500: 'INTERNAL_ERROR',
  503: 'TEMPORARILY_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** The body of a fault's answer: the one it carries, else the platform's envelope for the status. */
export function faultBody(fault: Fault): unknown {
  if (fault.body !== undefined) return fault.body
  return {
    error_code: codes[fault.status ?? 500] ?? 'UNKNOWN',
    message: `The emulator was told to answer ${fault.status}.`,
  }
}

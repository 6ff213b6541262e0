/** One request as handlers see it, and what they answer. No sockets here: handlers are testable values in, values out. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../workspace/credentials.ts'
import { ApiError, invalid } from './api-error.ts'
import { readJson } from './json.ts'

/** A request that was routed and authenticated. */
export interface Call {
  readonly method: string
  /** Path as it was sent, percent-encoding kept. */
  readonly path: string
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly caller: Caller
}

/** `json` or `bytes`; neither means an empty body. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly bytes?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** JSON object of a body or of a field. */
export type Fields = Readonly<Record<string, unknown>>

/** 200 with JSON; `{}` when there is nothing to say. */
export const ok = (json: unknown = {}): Answer => ({ status: 200, json })

/** The body as an object; an empty body is `{}`. Throws MALFORMED_REQUEST. */
export function bodyOf(call: Pick<Call, 'bytes'>): Fields {
  if (call.bytes.length === 0) return {}
  let value: unknown
  try {
    value = readJson(call.bytes.toString('utf8'))
  } catch {
    throw new ApiError(400, 'MALFORMED_REQUEST', 'Could not parse request object: the body is not JSON.')
  }
  if (!isFields(value))
    throw new ApiError(400, 'MALFORMED_REQUEST', 'Could not parse request object: expected an object.')
  return value
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that must be there. */
export function requiredText(body: Fields, field: string): string {
  const value = body[field]
  if (typeof value !== 'string' || value === '') throw invalid(`Missing required field: ${field}`)
  return value
}

/** A text that may be absent; any other type is refused. */
export function optionalText(body: Fields, field: string): string | undefined {
  const value = body[field]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid(`Field ${field} must be a string.`)
  return value
}

/** A query parameter that must be there. */
export function requiredQuery(call: Pick<Call, 'query'>, name: string): string {
  const value = call.query.get(name)
  if (value === null || value === '') throw invalid(`Missing required parameter: ${name}`)
  return value
}

/** The objects of a list field; absent means none. */
export function listOf(body: Fields, field: string): readonly Fields[] {
  const value = body[field]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isFields)) throw invalid(`Field ${field} must be a list of objects.`)
  return value
}

/** The texts of a list field; absent means none. */
export function textsOf(body: Fields, field: string): readonly string[] {
  const value = body[field]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw invalid(`Field ${field} must be a list of strings.`)
  return value
}

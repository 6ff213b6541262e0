/** The wire: reads requests, finds who asks and what for, lets faults strike, writes answers and records them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, type Faults, faultBody } from '../control/faults.ts'
import type { Latency } from '../control/latency.ts'
import type { Recorder } from '../control/recorder.ts'
import { type Caller, type Credentials, scopesAllow } from '../workspace/credentials.ts'
import { nameOf } from '../workspace/principals.ts'
import { AdmissionError, ApiError, restErrorBody, scimErrorBody } from './api-error.ts'
import type { Answer, Call } from './call.ts'
import { writeJson } from './json.ts'
import type { Match, Router } from './router.ts'

/** What serving needs; times of the recorder come from `now`. */
export interface ServeContext {
  readonly router: Router
  readonly credentials: Credentials
  readonly recorder: Recorder
  readonly faults: Faults
  readonly latency: Latency
  readonly workspaceId: string
  readonly now: () => number
}

/** Larger bodies are refused: imports are the largest legal ones, and they stop at 10 MB plus base64. */
const bodyLimit = 32 * 1024 * 1024

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Serves one API request to its end. Never rejects. */
export async function serveApi(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET'
  const url = new URL(request.url ?? '/', 'http://workspace')
  const bytes = await readBody(request).catch(() => undefined)
  if (bytes === undefined) return void response.destroy()
  const fault = context.faults.strike(method, decoded(url.pathname))
  await wait((fault?.delayMs ?? 0) + context.latency.next())
  const match = context.router(method, url.pathname)
  let caller: Caller | undefined
  let answer: Answer
  if (fault?.when === 'before' && (fault.reset || fault.status !== undefined)) answer = faultAnswer(fault)
  else {
    try {
      if (!match) throw unknownApi(method, url.pathname)
      if (!match.route.open) caller = admit(context.credentials, request, match.route.scope)
      answer = await match.route.run(callOf(request, url, match, bytes, caller))
    } catch (error) {
      answer = errorAnswer(error, url.pathname)
    }
    if (fault?.when === 'after' && (fault.reset || fault.status !== undefined)) answer = faultAnswer(fault)
  }
  caller ??= lookUp(context.credentials, request)
  context.recorder.add({
    at: context.now(),
    method,
    path: decoded(url.pathname),
    query: url.search,
    status: fault?.reset ? 0 : answer.status,
    principal: caller && nameOf(caller.principal),
    ...(fault ? { fault: fault.id } : {}),
  })
  if (fault?.reset) request.socket.resetAndDestroy()
  else send(response, answer, context.workspaceId)
}

/** Whom a request's bearer token names; throws 401, 403 for dead ones, and 403 for a token without the needed scope. */
export function admit(credentials: Credentials, request: IncomingMessage, scope: string | undefined): Caller {
  const caller = credentials.authenticate(request.headers.authorization)
  if (scope !== undefined && !scopesAllow(caller.scopes, scope))
    throw new AdmissionError(403, 'PERMISSION_DENIED', `Provided OAuth token does not have required scopes: ${scope}`)
  return caller
}

function lookUp(credentials: Credentials, request: IncomingMessage): Caller | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer === undefined ? undefined : credentials.lookUp(bearer)
}

function callOf(
  request: IncomingMessage,
  url: URL,
  { params }: Match,
  bytes: Buffer,
  caller: Caller | undefined,
): Call {
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    params,
    query: url.searchParams,
    headers: request.headers,
    bytes,
    get caller(): Caller {
      if (!caller)
        throw new AdmissionError(401, 401, 'Credential was not sent or was of an unsupported type for this API.')
      return caller
    },
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new Error('body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const unknownApi = (method: string, path: string) =>
  new ApiError(404, 'ENDPOINT_NOT_FOUND', `No API found for '${method} ${path}'.`)

/** The answer that an error becomes, in the envelope of the API at this path. */
export function errorAnswer(error: unknown, path: string): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'INTERNAL_ERROR', `The emulator failed: ${error instanceof Error ? error.message : error}`)
  const isScim = path.includes('/scim/v2/') && !(known instanceof AdmissionError)
  return { status: known.status, json: isScim ? scimErrorBody(known) : restErrorBody(known) }
}

/** What a fault answers. */
export function faultAnswer(fault: Fault): Answer {
  return {
    status: fault.status ?? 500,
    ...(typeof fault.body === 'string' ? { bytes: Buffer.from(fault.body) } : { json: faultBody(fault) }),
    ...(fault.retryAfter === undefined ? {} : { headers: { 'retry-after': fault.retryAfter } }),
  }
}

/** Writes an answer. */
export function send(response: ServerResponse, answer: Answer, workspaceId: string): void {
  const body = answer.bytes ?? (answer.json === undefined ? undefined : Buffer.from(writeJson(answer.json)))
  response.writeHead(answer.status, {
    'x-databricks-org-id': workspaceId,
    ...(answer.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(body ? { 'content-length': String(body.length) } : {}),
    ...answer.headers,
  })
  response.end(body)
}

/** A path without its percent-encoding, as far as it can be undone. */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** One host, all calls: authorisation, politeness, retries, errors. The files beside this one say what the calls mean. */
import type { Authorization } from './authorization.ts'
import { CallError } from './call-error.ts'
import type { Clock } from './clock.ts'
import { readErrorBody } from './error-body.ts'
import { either, interruption } from './interruptible.ts'
import { parseJson } from './json.ts'
import type { Limiter } from './limiter.ts'
import type { Fetch } from './loopback.ts'
import { afterFailure } from './retry.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Begins with `/api/…`; already encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is; wins over `body`. */
  readonly raw?: Uint8Array
  /** May be repeated when its answer is lost. GET, PUT and DELETE are without saying. */
  readonly idempotent?: boolean
}

export interface HttpOptions {
  readonly host: string
  readonly authorization: Authorization
  readonly fetch: Fetch
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Of the host: shared by all who call it. */
  readonly limiter: Limiter
  /** How long one call may go on trying, waits included. */
  readonly budgetMs: number
  /** One attempt's limit. */
  readonly timeoutMs: number
  /** Told after every attempt: method, path without ids' values, HTTP status (0 is the network). */
  readonly onAttempt?: (attempt: { readonly method: string; readonly path: string; readonly status: number }) => void
}

export class Http {
  readonly host: string
  readonly #options: HttpOptions
  #attempts = 0
  #writes = 0

  constructor(options: HttpOptions) {
    this.host = options.host
    this.#options = options
  }

  /** Attempts so far. */
  get attempts(): number {
    return this.#attempts
  }

  /** Attempts of writes so far. */
  get writes(): number {
    return this.#writes
  }

  /** Epoch ms until which the host asked us to be quiet. */
  get pausedUntil(): number {
    return this.#options.limiter.pausedUntil
  }

  /** The parsed JSON of the answer; `{}` for an empty one. Throws CallError. */
  async json(call: Call, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const text = await (await this.#send(call, signal)).text()
    if (text.trim() === '') return {}
    try {
      return parseJson(text) as Record<string, unknown>
    } catch (cause) {
      const message = 'the answer is not JSON (a login page, or a proxy in between)'
      throw new CallError(nameOf(call), { status: 502, code: 'NOT_JSON', message }, { cause })
    }
  }

  /** The bytes of the answer. Throws CallError. */
  async bytes(call: Call, signal?: AbortSignal): Promise<Uint8Array> {
    return new Uint8Array(await (await this.#send(call, signal)).arrayBuffer())
  }

  #send(call: Call, signal?: AbortSignal): Promise<Response> {
    const run = () => this.#persist(call, signal)
    return call.method === 'GET' ? run() : this.#options.limiter.write(run)
  }

  async #persist(call: Call, given?: AbortSignal): Promise<Response> {
    const { clock, random, budgetMs, authorization, limiter } = this.#options
    const { stop, cut } = interruption()
    const ending = either(given, cut)
    const signal = either(ending, stop)
    const startedAt = clock.now()
    let renewed = false
    for (let number = 0; ; number += 1) {
      await limiter.turn(signal)
      signal?.throwIfAborted()
      const answer = await this.#attempt(call, call.method === 'GET' ? signal : ending)
      if (answer instanceof Response && answer.ok) return answer

      const failure = await failureOf(call, answer)
      if (failure.status === 401 && !renewed && authorization.renew()) {
        renewed = true
        continue
      }
      const retryAfter = answer instanceof Response ? answer.headers.get('retry-after') : null
      const idempotent = call.idempotent ?? (call.method !== 'POST' && call.method !== 'PATCH')
      const verdict = afterFailure({ number, status: failure.status, idempotent, retryAfter }, clock.now(), random())
      const cause = answer instanceof Response ? undefined : answer
      if (verdict === 'give-up') throw new CallError(nameOf(call), failure, { cause })
      if (verdict === 'unknown-result') throw new CallError(nameOf(call), failure, { unknownResult: true, cause })

      const retryAt = clock.now() + verdict.waitMs
      if (failure.status === 429) limiter.pauseUntil(retryAt)
      if (retryAt - startedAt > budgetMs) throw new CallError(nameOf(call), failure, { retryAt, cause })
      await clock.sleep(verdict.waitMs, signal)
    }
  }

  /** One attempt; a network error is returned, an abort by the caller is thrown. */
  async #attempt(call: Call, signal?: AbortSignal): Promise<Response | Error> {
    const { fetch, host, authorization, timeoutMs, onAttempt } = this.#options
    const bearer = await authorization.bearer()
    const timeout = AbortSignal.timeout(timeoutMs)
    const body = call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
    this.#attempts += 1
    if (call.method !== 'GET') this.#writes += 1
    let status = 0
    try {
      const answer = await fetch(host + call.path + queryText(call.query), {
        method: call.method,
        headers: {
          authorization: `Bearer ${bearer}`,
          accept: 'application/json',
          'content-type': call.raw ? 'application/octet-stream' : 'application/json',
          'user-agent': 'workshop-operator/0.1.0',
        },
        ...(body === undefined ? {} : { body }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      status = answer.status
      return answer
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      onAttempt?.({ method: call.method, path: call.path, status })
    }
  }
}

async function failureOf(call: Call, answer: Response | Error) {
  if (answer instanceof Response) {
    // A redirect is a login page or a network policy; neither is an answer to this call.
    if (answer.status >= 300 && answer.status < 400) {
      const to = answer.headers.get('location') ?? ''
      const why = to.includes('private-link-validation-error') ? 'a network policy of the workspace' : 'a login page'
      return { status: 401, code: 'REDIRECTED', message: `the call was redirected to ${why}` }
    }
    return readErrorBody(answer.status, await answer.text().catch(() => ''), answer.headers.get('x-request-id'))
  }
  const reason = answer.cause instanceof Error ? answer.cause.message : answer.message
  return { status: 0, code: 'NETWORK', message: `${nameOf(call)} got no answer: ${reason}` }
}

function nameOf({ method, path }: Call): string {
  return `${method} ${path}`
}

function queryText(query: Call['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  return pairs.length === 0
    ? ''
    : `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`
}

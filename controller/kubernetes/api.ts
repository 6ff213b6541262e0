/**
 * The Kubernetes API over pooled connections: a timeout on every call, Retry-After obeyed, credentials read again after
 * a 401. The client library knows how to log in; its own transport opens a connection for every call, has no timeout and
 * hides Retry-After from watches, so requests are made here.
 */
import type { IncomingMessage } from 'node:http'

import http from 'node:http'
import https, { type RequestOptions } from 'node:https'
import { messageOf, WorkshopError } from '@workshop/contracts/errors'
import type { Clock } from '../databricks/client/clock.ts'
import { whenConnected } from '../leader/late-fetch.ts'
import { KubeError, readFailure } from './kube-error.ts'
import type { ClusterLogin } from './login.ts'

export interface KubeCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** `application/json` unless given. */
  readonly contentType?: string
  /** Of one attempt, ms. */
  readonly timeoutMs?: number
  /** 1: never repeated but for a 401. */
  readonly maxTries?: number
  /** Goes out whether or not we lead: the election itself. */
  readonly always?: boolean
}

export interface KubeApiOptions {
  readonly login: ClusterLogin
  /** Reads kubeconfig or token anew, after the cluster refused what we had. */
  readonly relogin: () => Promise<ClusterLogin>
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Of one attempt, ms; 30 s unless given. */
  readonly timeoutMs?: number
  /** Asked right before every write: whoever does not lead writes nothing. */
  readonly mayWrite?: () => boolean
  /** Told after every attempt; 0 is the network. */
  readonly onCall?: (call: { readonly method: string; readonly host: string; readonly status: number }) => void
}

export interface StreamOptions {
  readonly signal: AbortSignal
  /** Without a byte for this long the stream counts as dead, ms. */
  readonly silentMs: number
  readonly onOpen: () => void
  readonly onLine: (line: string) => void
}

/** Requests to an API server take milliseconds, huge lists seconds. */
const usualTimeoutMs = 30_000
/** Tries of a call that the server was too busy for, as client-go does. */
const maxTries = 10
/** Of a call without Retry-After: 0.5 s, 1 s, 2 s. */
const maxBlindTries = 4
/** More than any object may have. */
const maxAnswer = 64 * 1024 * 1024

export class KubeApi {
  readonly #options: KubeApiOptions
  #login: ClusterLogin
  #agent: { readonly print: string; readonly agent: http.Agent } | undefined
  #relogin: Promise<void> | undefined

  constructor(options: KubeApiOptions) {
    this.#options = options
    this.#login = options.login
  }

  get #timeoutMs(): number {
    return this.#options.timeoutMs ?? usualTimeoutMs
  }

  get server(): string {
    return this.#login.server.origin
  }

  /** The parsed answer. Throws KubeError. */
  async json<T>(call: KubeCall, signal?: AbortSignal): Promise<T> {
    const { clock, random } = this.#options
    for (let number = 1; ; number += 1) {
      try {
        return JSON.parse(await this.#text(call, signal)) as T
      } catch (error) {
        if (!(error instanceof KubeError) || signal?.aborted) throw error
        const most = Math.min(call.maxTries ?? maxTries, isBusy(error) ? maxTries : maxBlindTries)
        if (number >= most || !mayRepeat(call, error)) throw error
        const wait = error.retryAfterMs ?? 500 * 2 ** (number - 1)
        await clock.sleep(wait * (1 + 0.2 * random()), signal)
      }
    }
  }

  /** Hands on every line until the server ends the stream. Throws KubeError, or the signal's reason. */
  async stream(call: KubeCall, { signal, silentMs, onOpen, onLine }: StreamOptions): Promise<void> {
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), this.#timeoutMs)
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silentMs)
    }
    const both = AbortSignal.any([signal, silence.signal])
    try {
      const response = await this.#open(call, both)
      heard()
      onOpen()
      let rest = ''
      response.setEncoding('utf8')
      for await (const chunk of response as AsyncIterable<string>) {
        heard()
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') onLine(line)
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (silence.signal.aborted) throw lost(call, `nothing was heard for ${Math.round(silentMs / 1000)} s`, error)
      throw error instanceof WorkshopError ? error : lost(call, messageOf(error), error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Closes pooled connections. */
  close(): void {
    this.#agent?.agent.destroy()
    this.#agent = undefined
  }

  async #text(call: KubeCall, signal?: AbortSignal): Promise<string> {
    const timeout = AbortSignal.timeout(call.timeoutMs ?? this.#timeoutMs)
    const both = signal ? AbortSignal.any([signal, timeout]) : timeout
    try {
      return await bodyOf(await this.#open(call, both))
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (timeout.aborted) throw lost(call, 'the cluster did not answer in time', error)
      throw error instanceof WorkshopError ? error : lost(call, messageOf(error), error)
    }
  }

  /** An answer with a good status; after a 401 once more with credentials that were read anew. */
  async #open(call: KubeCall, signal: AbortSignal): Promise<IncomingMessage> {
    for (let isFirst = true; ; isFirst = false) {
      const response = await this.#attempt(call, signal)
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) return response
      const failure = readFailure(status, await bodyOf(response), response.headers['retry-after'])
      if (status !== 401 || !isFirst) throw new KubeError(nameOf(call), failure)
      await this.#renew()
    }
  }

  /** One at a time: a hundred refused calls read the token once. */
  #renew(): Promise<void> {
    this.#relogin ??= this.#options
      .relogin()
      .then((login) => {
        this.#login = login
      })
      .finally(() => {
        this.#relogin = undefined
      })
    return this.#relogin
  }

  async #attempt(call: KubeCall, signal: AbortSignal): Promise<IncomingMessage> {
    const login = this.#login
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body))
    const options: RequestOptions = { method: call.method, signal, headers: {} }
    await login.apply(options)
    if (!login.hasProxy) options.agent = this.#agentFor(login, options)
    options.headers = {
      ...options.headers,
      accept: 'application/json',
      'user-agent': 'workshop-operator/0.1.0',
      ...(body === undefined
        ? {}
        : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
    }
    const base = login.server.href.replace(/\/$/, '')
    const url = new URL(base + call.path + queryText(call.query))
    const { request } = url.protocol === 'http:' ? http : https
    return new Promise((resolve, reject) => {
      const told = (status: number) => this.#options.onCall?.({ method: call.method, host: url.host, status })
      const sent = request(url, options, (response) => {
        told(response.statusCode ?? 0)
        resolve(response)
      })
      sent.on('error', (error) => {
        told(0)
        reject(error)
      })
      if (call.method === 'GET' || call.always) {
        sent.end(body)
        return
      }
      // Asked when the connection stands: whoever was frozen before that must not write when it wakes.
      whenConnected(sent, () => {
        const mayGo = this.#options.mayWrite?.() ?? true
        if (mayGo) sent.end(body)
        else sent.destroy(new WorkshopError({ code: 'WO-3013', message: 'not written', where: nameOf(call) }))
      })
    })
  }

  /** One pool for as long as certificates stay the same. */
  #agentFor({ server }: ClusterLogin, { ca, cert, key, servername, rejectUnauthorized }: RequestOptions): http.Agent {
    const print = JSON.stringify([server.origin, String(ca), String(cert), String(key), servername, rejectUnauthorized])
    if (this.#agent?.print !== print) {
      this.#agent?.agent.destroy()
      const pool = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 8 }
      const agent =
        server.protocol === 'http:'
          ? new http.Agent(pool)
          : new https.Agent({
              ...pool,
              ca,
              cert,
              key,
              servername,
              ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}),
            })
      this.#agent = { print, agent }
    }
    return this.#agent.agent
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswer) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A write whose answer was lost may have happened; only calls that may be made twice are repeated then. */
function mayRepeat(call: KubeCall, error: KubeError): boolean {
  if (isBusy(error)) return true
  const isSafe = call.method === 'GET' || call.contentType === 'application/apply-patch+yaml'
  return isSafe && (error.status === 0 || error.status >= 500)
}

function isBusy({ status, retryAfterMs }: KubeError): boolean {
  return status === 429 || (status === 503 && retryAfterMs !== undefined)
}

function lost(call: KubeCall, message: string, cause: unknown): KubeError {
  return new KubeError(nameOf(call), { status: 0, reason: '', message }, cause)
}

function nameOf({ method, path }: KubeCall): string {
  return `${method} ${path}`
}

function queryText(query: KubeCall['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`
}

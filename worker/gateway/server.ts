/** The gateway's server: who is calling, which side is meant, and what is written down afterwards. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { HeldConnections } from '../http/held-connections.ts'
import { needsNoKey } from './allow-list.ts'
import type { Gateway, GatewayOptions, Usage } from './gateway.ts'
import { presentedKey } from './headers.ts'
import { KeyRing } from './keys.ts'
import { type ModelClock, modelCall } from './model-side.ts'
import { modelRefusal, type Refusal, refuse, workspaceRefusal } from './refusal.ts'
import { parseTarget } from './target.ts'
import { connectUpstream, type Upstream } from './upstream.ts'
import type { Tokens } from './usage.ts'
import { workspaceCall } from './workspace-side.ts'

const realClock: ModelClock = {
  random: Math.random,
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
}
/** A session's process that sends its headers this slowly only wants to hold a descriptor. */
const slowestHeadersMs = 10_000
/** Time-outs are looked at this often; Node's own 30 s would stretch the 10 s above to 40. */
const checkEveryMs = 2_000
/** Far above what fifty sessions need, and below the descriptors of a worker, which must still take terminals. */
const mostConnections = 2_000
/** One session cannot have all of them: its own requests at once, and some that wait; the same key-less ones for all. */
const bounds = { unknown: 300, perOwner: 32 }
/** Requests under way for one session: agents run some ten at a time; each may hold a body of 32 MB in our memory. */
const mostAtOnce = 24
const nothing: Usage = { requests: 0, inputTokens: 0, outputTokens: 0 }

/** Listens on a free loopback port. */
export async function createGateway(options: GatewayOptions, clock: ModelClock = realClock): Promise<Gateway> {
  const gateway = new GatewayServer(options, clock)
  const server = createServer(
    { connectionsCheckingInterval: checkEveryMs },
    (request, response) => void gateway.answer(request, response),
  )
  server.on('connection', (socket: Socket) => gateway.hold(socket))
  // Answers may take many minutes, and uploads too.
  server.requestTimeout = 0
  server.timeout = 0
  server.headersTimeout = slowestHeadersMs
  server.maxConnections = mostConnections
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issueKey: (owner) => gateway.keys.issue(owner),
    revoke: (sessionId) => gateway.revoke(sessionId),
    usage: (sessionId) => gateway.usage(sessionId),
    close: async () => {
      gateway.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class GatewayServer {
  readonly keys = new KeyRing()
  readonly #options: GatewayOptions
  readonly #clock: ModelClock
  readonly #upstream: Upstream
  readonly #usage = new Map<string, Usage>()
  readonly #running = new Map<AbortController, string | undefined>()
  readonly #held = new HeldConnections<Socket>(bounds)

  constructor(options: GatewayOptions, clock: ModelClock) {
    this.#options = options
    this.#clock = clock
    this.#upstream = connectUpstream(options.workspaceUrl)
  }

  usage(sessionId: string): Usage {
    return this.#usage.get(sessionId) ?? nothing
  }

  revoke(sessionId: string): void {
    this.keys.revoke(sessionId)
    for (const [controller, id] of this.#running) if (id === sessionId) controller.abort()
    this.#usage.delete(sessionId)
  }

  close(): void {
    for (const controller of this.#running.keys()) controller.abort()
    this.#upstream.close()
  }

  /** Takes a new connection in, and lets the oldest go that never said whose it is when there are too many of those. */
  hold(socket: Socket): void {
    socket.once('close', () => this.#held.leave(socket))
    this.#held.arrive(socket)?.destroy()
  }

  /** Answers one request and, when its connection is done with it, writes it down. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = this.#clock.now()
    const closed = new Promise((resolve) => response.once('close', resolve))
    const known = await this.#dispatch(request, response)
    await closed
    this.#options.log?.({
      ...known,
      side: sideOf(request),
      method: request.method ?? '',
      path: (request.url?.split('?')[0] ?? '').slice(0, 200),
      status: response.headersSent ? response.statusCode : 0,
      durationMs: this.#clock.now() - started,
      ...(response.writableFinished ? {} : { aborted: true }),
    })
  }

  /** Returns what is known of the caller and the cost. Never rejects. */
  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<{ session?: string } & Partial<Tokens>> {
    const side = sideOf(request)
    const fail = (status: 400 | 401, code: 'WO-5001' | 'WO-5002', message: string) => {
      refuse(response, side === 'models' ? modelRefusal(code, message) : workspaceRefusal(status, code, message))
      return {}
    }
    const target = parseTarget(request.url ?? '')
    if (typeof target === 'string') return fail(400, 'WO-5002', `Refused: ${target}.`)
    const { key, conflict } = presentedKey(request.rawHeaders)
    if (conflict) return fail(400, 'WO-5001', 'The request brings two different keys.')
    const owner = key === undefined ? undefined : this.keys.find(key)
    if (!owner && !needsNoKey(request.method ?? '', target.path)) {
      return fail(401, 'WO-5001', 'The request brings no key that is known here.')
    }

    if (owner) {
      const { socket } = request
      this.#held.begin(socket, owner.sessionId)?.destroy()
      response.once('close', () => this.#held.rest(socket))
    }
    const atOnce = [...this.#running.values()].filter((session) => session === owner?.sessionId).length
    if (owner && atOnce >= mostAtOnce) {
      const message = `This session has ${atOnce} requests under way; it may have ${mostAtOnce}.`
      refuse(
        response,
        side === 'models' ? modelRefusal('WO-5002', message, 429) : workspaceRefusal(429, 'WO-5002', message),
      )
      return { session: owner.sessionId }
    }

    let tokens: Tokens | undefined
    const charge = (cost: Tokens) => {
      tokens = cost
      if (owner) this.#charge(owner.sessionId, cost)
    }
    await this.#run(owner?.sessionId, response, (signal) => {
      const exchange = { request, response, target, owner, signal, charge }
      return side === 'models'
        ? modelCall(exchange, this.#options, this.#upstream, this.#clock)
        : workspaceCall(exchange, this.#options, this.#upstream)
    })
    return { ...(owner ? { session: owner.sessionId } : {}), ...tokens }
  }

  /** Runs one call, ends it when the client leaves, and answers when the workspace did not. */
  async #run(
    session: string | undefined,
    response: ServerResponse,
    call: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const controller = new AbortController()
    this.#running.set(controller, session)
    response.once('close', () => {
      if (!response.writableFinished) controller.abort()
    })
    try {
      await call(controller.signal)
    } catch {
      // The reason may name hosts and tokens; what happened is in the status that is logged.
      if (response.headersSent || controller.signal.aborted) response.destroy()
      else refuse(response, this.#unreachable(response.req))
    } finally {
      this.#running.delete(controller)
    }
  }

  #unreachable(request: IncomingMessage): Refusal {
    const message = 'The workspace could not be reached.'
    return sideOf(request) === 'models'
      ? modelRefusal('WO-5003', message, 502)
      : workspaceRefusal(502, 'WO-5003', message)
  }

  #charge(sessionId: string, { inputTokens, outputTokens }: Tokens): void {
    const before = this.usage(sessionId)
    this.#usage.set(sessionId, {
      requests: before.requests + 1,
      inputTokens: before.inputTokens + inputTokens,
      outputTokens: before.outputTokens + outputTokens,
    })
  }
}

function sideOf(request: IncomingMessage): 'models' | 'workspace' {
  return request.url?.startsWith('/anthropic') ? 'models' : 'workspace'
}

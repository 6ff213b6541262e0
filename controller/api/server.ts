/** The controller's HTTP server: fleet API, live events, metrics, probes and the control room. */
import { type ErrorCode, errorBody, type Problem, WorkshopError } from '@workshop/contracts/errors'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Controller } from '../loop/controller.ts'
import { addConsolePages } from './console-pages.ts'
import { addEventStream } from './event-stream.ts'
import { type Admission, admittedBy, isOurHost, isSameOrigin } from './key-check.ts'
import { addWebhook, UnsignedPush } from './webhook-route.ts'
import { addWorkshopRoutes } from './workshop-routes.ts'

export interface ApiOptions {
  readonly controller: Controller
  readonly admission: Admission
  /** Host names beside loopback under which the server may be called. */
  readonly hosts: readonly string[]
  /** Folder of the built console. */
  readonly consoleDir: string
  /** Epoch ms; ids of events begin here. */
  readonly startedAt: number
  /** Shared with the git host that sends push notices; without it there is no POST /hooks/git. */
  readonly webhookSecret?: string
  /** Called with what was not foreseen; the caller gets WO-9099. */
  readonly onError: (error: unknown) => void
}

/** Nothing runs, loads or connects but what this server serves; the page cannot be framed. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Probes come from the cluster's own addresses, without key; they tell nothing. */
const probes = ['/healthz', '/readyz']

/** Builds the server; the caller listens and closes. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { controller, admission, hosts, startedAt } = options
  const server = fastify({ forceCloseConnections: true, bodyLimit: 65_536, trustProxy: false })

  server.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders)
    const route = routeOf(request)
    if (probes.includes(route)) return
    if (!isOurHost(request.headers.host, hosts)) {
      throw new Refusal(421, 'WO-4006', 'this server is not called by that name', 'use the address that was printed')
    }
    if (route.startsWith('/api/')) admit(request, admission)
  })

  server.setErrorHandler((error, _request, reply) => {
    const { status, problem } = answerTo(error)
    if (problem.code === 'WO-9099') options.onError(error)
    return reply.code(status).header('cache-control', 'no-store').send(errorBody(problem))
  })

  addWorkshopRoutes(server, controller)
  addEventStream(server, controller, startedAt)
  if (options.webhookSecret) await addWebhook(server, controller, options.webhookSecret)
  server.get('/healthz', () => ({ ok: true }))
  server.get('/readyz', (_request, reply) => {
    const checks = controller.health()
    const ok = checks.every((check) => check.ok)
    return reply.code(ok ? 200 : 503).send({ ok, checks })
  })
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await controller.metrics()),
  )
  await addConsolePages(server, options.consoleDir, admission.keys)
  return server
}

class Refusal extends WorkshopError {
  readonly status: number

  constructor(status: number, code: ErrorCode, message: string, fix: string) {
    super({ code, message, fix })
    this.status = status
  }
}

function admit(request: FastifyRequest, admission: Admission): void {
  const { headers, method, query } = request
  const by = admittedBy(
    {
      method,
      authorization: headers.authorization,
      cookie: headers.cookie,
      queryKey: (query as { key?: string }).key,
      operator: one(headers['x-forwarded-email']),
    },
    admission,
  )
  if (by === undefined) {
    throw new Refusal(
      401,
      'WO-4010',
      'this call carries no key of this run',
      'open the control room address as printed',
    )
  }
  if (by === 'browser' && method !== 'GET' && !isSameOrigin(headers.origin, headers.host)) {
    throw new Refusal(403, 'WO-4006', 'the request came from another page', 'use the control room itself')
  }
}

function answerTo(error: unknown): { readonly status: number; readonly problem: Problem } {
  const { statusCode } = error as { statusCode?: number }
  if (error instanceof WorkshopError) {
    const [problem = { code: 'WO-9099', message: error.message }] = error.problems
    return {
      status: error instanceof Refusal || error instanceof UnsignedPush ? error.status : statusFor(problem.code),
      problem,
    }
  }
  if (statusCode !== undefined && statusCode < 500) {
    return { status: statusCode, problem: { code: 'WO-4009', message: (error as Error).message } }
  }
  return { status: 500, problem: { code: 'WO-9099', message: 'the controller failed to answer; its log says why' } }
}

const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = { 'WO-1161': 404, 'WO-1176': 409, 'WO-4009': 400 }

/** What is wrong with something that was written down is the caller's to mend. */
const statusFor = (code: ErrorCode) => statusOf[code] ?? (code.startsWith('WO-11') ? 400 : 500)

const one = (header: string | readonly string[] | undefined) => (typeof header === 'string' ? header : header?.[0])

/** The route that will answer, not the text of the address: `/%61pi/…` and `http://host/api/…` lead to the same one. */
const routeOf = ({ routeOptions, url }: FastifyRequest) => routeOptions.url ?? url

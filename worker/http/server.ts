/** The HTTP server of hub and worker: the gate, the headers, the errors, and the routes behind them. */
import type { IncomingMessage } from 'node:http'
import { errorBody } from '@workshop/contracts/errors'
import { uploadPath } from '@workshop/contracts/worker-api'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { hubRoutes } from '../hub/hub-routes.ts'
import { catchUp } from './catch-up.ts'
import { consoleFiles } from './console-files.ts'
import type { AppContext } from './context.ts'
import { controlRoutes } from './control-routes.ts'
import { passGate } from './gate.ts'
import { meRoutes } from './me-routes.ts'
import { probeRoutes } from './probe-routes.ts'
import { problemOf } from './problem-of.ts'
import { Refusal, refusalPage, statusOf } from './refusal.ts'
import { isNavigation, routedPath } from './request-shape.ts'
import { securityHeaders } from './security-headers.ts'
import { sessionRoutes } from './session-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/** Largest body that any route takes; orders for sessions are far smaller. */
const bodyLimit = 16_384
/** Proxies keep connections for about a minute; ours must live longer than theirs, or a reused one breaks. */
const keepAliveTimeout = 75_000
/** A file of the largest size takes this long on 1.5 Mbit/s; the platform's proxy waits 120 s. */
const requestTimeout = 60_000
/** A client that sends its headers this slowly is none of ours. */
const headersTimeout = 10_000
/** Only a file may take as long as `requestTimeout`: every other body is a few KB and there within this time. */
const bodyTimeout = 15_000
/** Time-outs are looked at this often; Node's own 30 s would stretch the 10 s above to 40. */
const connectionsCheckingInterval = 2_000

const filesPath = uploadPath(':id', ':name')

/** A server that does not listen yet. Upgrades are attached by `terminal-upgrade.ts`. */
export async function buildServer(context: AppContext, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    keepAliveTimeout,
    requestTimeout,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 64 },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
    http: { headersTimeout, connectionsCheckingInterval, maxHeaderSize: 32_768 },
  })
  takeEmptyJson(app)
  app.decorateRequest('person', undefined)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(context.publicOrigin()))
    const path = routedPath(request)
    if (path !== filesPath) cutSlowBody(request.raw)
    if (path.startsWith('/api/')) reply.header('cache-control', 'no-store')
    await catchUp(context, request)
    const passage = passGate(context, request.raw, path, false)
    if (passage.as === 'person') request.person = passage.person
  })
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
  probeRoutes(app, context)
  controlRoutes(app, context)
  meRoutes(app, context)
  sessionRoutes(app, context)
  uploadRoutes(app, context)
  hubRoutes(app, context)
  await consoleFiles(app, context)
  return app
}

/** Ends the connection of a body that is not there in time. */
function cutSlowBody(request: IncomingMessage): void {
  const timer = setTimeout(() => request.complete || request.socket.destroy(), bodyTimeout)
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer))
}

/** Requests without a body may still say `content-type: application/json`. */
function takeEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else parse(request, body as string, done)
  })
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { problem, isOurs } = problemOf(error)
  if (isOurs) request.log.error({ err: error }, 'request failed')
  const link = error instanceof Refusal ? error.link : undefined
  const status = statusOf(problem.code)
  if (problem.code === 'WO-4010') reply.header('connection', 'close')
  if (!isNavigation(request)) return reply.code(status).send(errorBody(problem, link))
  const arrivedByRedirect = request.url.includes('fleet=')
  if (problem.code === 'WO-4002' && link !== undefined && !arrivedByRedirect) return reply.redirect(link, 302)
  return reply.code(status).type('text/html; charset=utf-8').send(refusalPage(problem, link))
}

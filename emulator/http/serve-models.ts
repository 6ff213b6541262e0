/** Model requests on the wire: admission, faults and recording around the scripted models, which answer and stream. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { modelRoute } from '../runtime/models/routes.ts'
import type { ScriptedModels } from '../runtime/models.ts'
import { nameOf } from '../workspace/principals.ts'
import { admit, errorAnswer, faultAnswer, type ServeContext, send, wait } from './serve.ts'

/** True for requests that models answer; the listings below /api/ are the control plane's own. */
export function isModelRequest(request: IncomingMessage): boolean {
  const { pathname } = new URL(request.url ?? '/', 'http://workspace')
  return !pathname.startsWith('/api/') && modelRoute(request.method ?? 'GET', pathname) !== undefined
}

/** Serves one model request to its end. Never rejects. A fault strikes before the model sees anything. */
export async function serveModels(
  context: ServeContext,
  models: ScriptedModels,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET'
  const url = new URL(request.url ?? '/', 'http://workspace')
  const fault = context.faults.strike(method, url.pathname)
  let principal: string | undefined
  response.once('close', () =>
    context.recorder.add({
      at: context.now(),
      method,
      path: url.pathname,
      query: url.search,
      status: fault?.reset ? 0 : response.statusCode,
      principal,
      ...(fault ? { fault: fault.id } : {}),
    }),
  )
  try {
    await wait((fault?.delayMs ?? 0) + context.latency.next())
    const caller = admit(context.credentials, request, 'serving.serving-endpoints')
    principal = nameOf(caller.principal)
    if (fault?.reset) return void request.socket.resetAndDestroy()
    if (fault?.status !== undefined) return send(response, faultAnswer(fault), context.workspaceId)
    await models.handleModelRequest(request, response, { principal, mayQuery: () => true })
  } catch (error) {
    if (response.headersSent) response.destroy()
    else send(response, errorAnswer(error, url.pathname), context.workspaceId)
  }
}

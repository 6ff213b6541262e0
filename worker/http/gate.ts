/**
 * The gate: every request and every upgrade passes here before anything else looks at it. In order: is the peer the
 * proxy, who is it, does the request come from our own page, may this person enter this app.
 */
import type { IncomingMessage } from 'node:http'
import { WorkshopError } from '@workshop/contracts/errors'
import { terminalHttp, terminalHttpPath } from '@workshop/contracts/terminal-http'
import { uploadPath } from '@workshop/contracts/worker-api'
import type { Seating } from '../fleet/seats.ts'
import { admit } from './admittance.ts'
import { type AppContext, appRole, type Person } from './context.ts'
import { type Caller, callerOf } from './identity.ts'
import { contentTypeProblem, originProblem, type RequestKind } from './origin-rules.ts'

/** Who came through: nobody in particular (health checks), a machine, or a person. */
export type Passage =
  | { readonly as: 'probe' }
  | { readonly as: 'operator'; readonly caller: Caller }
  | { readonly as: 'person'; readonly person: Person }

/** Paths that hold nothing of anybody and are asked by address rather than by name. */
const probePaths: ReadonlySet<string> = new Set(['/healthz', '/metrics'])
const controlPrefix = '/api/control/'
/** Routes whose bodies are not JSON, by their patterns. No page of another site can send this type unasked either. */
const binaryPaths: ReadonlySet<string> = new Set([
  uploadPath(':id', ':name'),
  terminalHttpPath(':id'),
  terminalHttpPath(':id', ':connection'),
])

/**
 * Lets a request through or says why not.
 * @param path of the URL, without query
 * @throws WorkshopError WO-4010 not from the proxy or nobody signed in, WO-4011 no fleet file, WO-4006 foreign page,
 *   WO-4009 wrong content type, WO-4005 a control route and no operator, and those of `admit`
 */
export function passGate(context: AppContext, request: IncomingMessage, path: string, isUpgrade: boolean): Passage {
  if (!context.isProxy(request.socket)) throw nobody('This address answers only to the proxy of the platform')
  if (probePaths.has(path) && !isUpgrade) return { as: 'probe' }
  const caller = callerOf(request.headers)
  if (!caller) throw nobody('The request names nobody')
  const seating = context.seating()
  if (!seating) throw new WorkshopError({ code: 'WO-4011', message: 'The roster is not known here yet' })
  if (path.startsWith(controlPrefix) && !isUpgrade) return passOperator(context, seating, caller, request)
  checkOrigin(
    context,
    kindOf(request, path, isUpgrade),
    request,
    binaryPaths.has(path) ? terminalHttp.contentType : undefined,
  )
  const visitor = { email: caller.email, isPinned: context.sessions.pins(caller.email) }
  const role = admit(seating, context.appName, visitor)
  if (appRole(context) === 'worker') context.visits.note(caller.email)
  context.userTokens.remember(caller)
  return { as: 'person', person: { ...caller, role } }
}

/** To everybody else these routes do not exist. The nudge must work before the file holds our address, so no host is asked for then. */
function passOperator(context: AppContext, seating: Seating, caller: Caller, request: IncomingMessage): Passage {
  if (!caller.principals.some(seating.isOperator))
    throw new WorkshopError({ code: 'WO-4005', message: 'There is nothing at this address' })
  if (context.publicOrigin() !== undefined) checkOrigin(context, 'machine', request)
  else if (request.headers.origin !== undefined) throw foreignPage()
  const problem = contentTypeProblem(request.method ?? '', request.headers)
  if (problem) throw new WorkshopError(problem)
  return { as: 'operator', caller }
}

function checkOrigin(context: AppContext, kind: RequestKind, request: IncomingMessage, bodyType?: string): void {
  const publicOrigin = context.publicOrigin()
  if (publicOrigin === undefined)
    throw new WorkshopError({ code: 'WO-4011', message: 'The address of this app is not known here yet' })
  const problem =
    originProblem(kind, request.headers, publicOrigin) ??
    (kind === 'write' ? contentTypeProblem(request.method ?? '', request.headers, bodyType) : undefined)
  if (problem) throw new WorkshopError(problem)
}

function kindOf({ method }: IncomingMessage, path: string, isUpgrade: boolean): RequestKind {
  if (isUpgrade) return 'upgrade'
  if (method !== 'GET' && method !== 'HEAD') return 'write'
  return path.startsWith('/api/') ? 'read' : 'page'
}

const nobody = (message: string) => new WorkshopError({ code: 'WO-4010', message })
const foreignPage = () => new WorkshopError({ code: 'WO-4006', message: 'A page of another site sent this' })

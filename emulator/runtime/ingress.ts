/**
 * The platform's door to apps: one host per app, sign-in, permission check, identity headers, and pass-through of
 * HTTP and WebSocket. Apps may believe the headers, because nothing that a client sends under their names gets through.
 */

import { randomUUID } from 'node:crypto'
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ProxyDirectory } from '../app-host.ts'
import { appOfHost, bearerOf, isNavigation, pathOf, takesBearer, wantsHtml } from './app-address.ts'
import { headersToApp, type Identity } from './forwarded-headers.ts'
import { IdentitySessions } from './identity-session.ts'
import { LogPage, type LogSource } from './log-page.ts'
import { passHttp } from './proxy-http.ts'
import { pageHeaders, problemPage } from './proxy-pages.ts'
import { defaultProxySettings, type ProxySettings, patchProxySettings } from './proxy-settings.ts'
import { refuseUpgrade, SocketProxy } from './proxy-socket.ts'
import { SignIn } from './sign-in.ts'

export interface IngressOptions {
  readonly logs: LogSource
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Ends X-Forwarded-User. */
  readonly workspaceId?: string
  readonly settings?: Partial<ProxySettings>
  /** Who may send the sign-in form; everybody by default. There is no password, so not those who act for themselves only. */
  readonly maySignIn?: (request: IncomingMessage) => boolean
  /** Who may read /logz; those who may use the app by default. */
  readonly mayReadLogs?: (app: string, principal: string) => boolean
}

export interface Ingress {
  /** For the `request` event of a server. Answers 404 where the Host header names no app. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** For the `upgrade` event of a server. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** The app that a request's Host header names, for servers that share a port with other hosts. */
  readonly appOf: (request: IncomingMessage) => string | undefined
  readonly settings: () => ProxySettings
  /** Changes behaviour while it runs; returns the names that were not understood. */
  readonly configure: (patch: Readonly<Record<string, unknown>>) => readonly string[]
  /** Cuts open WebSockets of one app or of all; returns how many. */
  readonly cutWebSockets: (app?: string) => number
  readonly close: () => void
}

const unauthenticated = 'Credential was not sent or was of an unsupported type for this API.'

export function createIngress(directory: ProxyDirectory, options: IngressOptions): Ingress {
  let settings: ProxySettings = { ...defaultProxySettings, ...options.settings }
  const sessions = new IdentitySessions(options.now ?? Date.now)
  const signIn = new SignIn(sessions, directory, options.maySignIn ?? (() => true))
  const sockets = new SocketProxy(() => settings)
  const logPage = new LogPage(options.logs)
  const mayReadLogs = options.mayReadLogs ?? directory.mayUse
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  const appOf = (request: IncomingMessage) => appOfHost(request.headers.host, request.socket.localPort)

  const identify = (app: string, request: IncomingMessage): Identity | undefined => {
    const isLogStream = pathOf(request.url) === '/logz/stream'
    const bearer = takesBearer(request.url) || isLogStream ? bearerOf(request.headers) : undefined
    const byToken = bearer === undefined ? undefined : directory.oauthPrincipal(bearer)
    const principal = byToken ?? sessions.personOf(app, request.headers.cookie)
    if (principal === undefined) return undefined
    const person = directory.people(app).find(({ email }) => email.toLowerCase() === principal)
    return {
      principal,
      displayName: person?.displayName ?? principal,
      accessToken: directory.forwardedToken(app, principal),
      isBearer: byToken !== undefined,
    }
  }

  const headersFor = (request: IncomingMessage, identity: Identity) =>
    headersToApp({
      rawHeaders: request.rawHeaders,
      identity,
      remoteAddress: request.socket.remoteAddress ?? '',
      requestId: randomUUID(),
      workspaceId: options.workspaceId ?? '0',
    })

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const app = appOf(request)
    const path = pathOf(request.url)
    const target = app === undefined ? 'unknown' : directory.target(app)
    if (path === undefined) return answer(request, response, 400, 'Bad Request', 'The request target must be a path.')
    if (app === undefined || target === 'unknown') {
      return answer(request, response, 404, 'App Not Found', 'There is no app at this address.')
    }
    if (path.startsWith('/__emulator/')) return signIn.handle(app, path, request, response)
    const identity = identify(app, request)
    if (identity === undefined) {
      if (isNavigation(request.method, request.headers)) return signIn.redirect(app, request, response)
      return answer(request, response, 401, 'Unauthenticated', unauthenticated)
    }
    const may = path === '/logz' ? mayReadLogs : directory.mayUse
    if (!may(app, identity.principal)) {
      const text = `${identity.principal} does not have permission to access ${app}. Ask the person who manages it.`
      return answer(request, response, 403, 'Permission Denied', text, signOutLink)
    }
    if (path === '/logz') return logPage.page(app, response)
    if (target === 'down') return answer(request, response, 503, 'App Not Available', `${app} is not running.`, logLink)
    return passHttp(request, response, {
      port: target.port,
      agent,
      settings,
      headers: headersFor(request, identity),
      fail: (status) =>
        status === 502
          ? answer(request, response, 502, 'App Not Available', `${app} did not take the request.`, logLink)
          : answer(request, response, 504, 'Gateway Timeout', 'The app did not answer within the limit.', logLink),
    })
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const app = appOf(request)
    const path = pathOf(request.url)
    const target = app === undefined ? 'unknown' : directory.target(app)
    if (app === undefined || target === 'unknown' || path === undefined) {
      return refuseUpgrade(socket, 404, 'App Not Found')
    }
    const isWebSocket = request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
    if (!isWebSocket || settings.refuseWebSockets) return refuseUpgrade(socket, 400, 'Upgrade not supported')
    const identity = identify(app, request)
    if (path === '/logz/stream') {
      if (!isOwnOrigin(request)) return refuseUpgrade(socket, 403, 'Origin not allowed')
      const refusal = identity === undefined ? 4401 : mayReadLogs(app, identity.principal) ? undefined : 4403
      return logPage.stream(app, request, socket, head, refusal)
    }
    if (identity === undefined) return refuseUpgrade(socket, 401, unauthenticated)
    if (!directory.mayUse(app, identity.principal)) return refuseUpgrade(socket, 403, 'Permission Denied')
    if (target === 'down') return refuseUpgrade(socket, 503, 'App Not Available')
    const headers = headersFor(request, identity)
    return sockets.pass(request, socket as Socket, head, {
      app,
      port: target.port,
      headers,
      requestLimitMs: settings.requestLimitMs,
    })
  }

  return {
    handle,
    upgrade,
    appOf,
    settings: () => settings,
    configure: (patch) => {
      const result = patchProxySettings(settings, patch)
      settings = result.settings
      return result.refused
    },
    cutWebSockets: (app) => sockets.cut(app),
    close: () => {
      sockets.close()
      logPage.close()
      agent.destroy()
    },
  }
}

const signOutLink = { href: '/__emulator/sign-out', text: 'Sign in as somebody else' }
const logLink = { href: '/logz', text: 'Read the log of the app' }

function isOwnOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  return origin === undefined || origin === `http://${host}`
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  title: string,
  message: string,
  link?: { readonly href: string; readonly text: string },
): void {
  if (wantsHtml(request.headers)) response.writeHead(status, pageHeaders).end(problemPage(title, message, link))
  else {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ error_code: String(status), message }))
  }
}

/**
 * The emulator: one port on loopback that is a workspace's REST API, the door to its apps, and the control API of the
 * emulator itself. Everything is in memory; deployments and clones lie in the state folder while they are needed.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { apiRoutes } from './api/routes.ts'
import type { AppHost, ProxyDirectory } from './app-host.ts'
import { AppLifecycle } from './apps/lifecycle.ts'
import { proxyDirectory } from './apps/proxy-directory.ts'
import { type Clock, realClock } from './clock.ts'
import { controlRoutes } from './control/control-routes.ts'
import { Faults } from './control/faults.ts'
import { Latency } from './control/latency.ts'
import { Recorder } from './control/recorder.ts'
import { StaleReads } from './control/stale-reads.ts'
import { type Profile, profiles } from './durations.ts'
import { ApiError, restErrorBody } from './http/api-error.ts'
import { isAppHost, isLoopbackHost, mayControl } from './http/hosts.ts'
import { createRouter } from './http/router.ts'
import { type ServeContext, send, serveApi } from './http/serve.ts'
import { type AdminClient, addUser, type Person, seedAdmin, seedAdminClient } from './workspace/seed.ts'
import { createWorkspace, type Workspace } from './workspace/workspace.ts'

/** The door to apps; see `runtime/ingress.ts`. */
export interface AppIngress {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly close: () => void
}

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number
  readonly host?: '127.0.0.1'
  /** Personal access token of the workspace admin. */
  readonly token: string
  /** Who that admin is. Default `operator@workshop.test`. */
  readonly adminEmail?: string
  /** Default `instant`. */
  readonly profile?: Profile
  readonly clock?: Clock
  /** The roster of the workspace. */
  readonly users?: readonly Person[]
  /** A service principal with admin rights, for OAuth clients. */
  readonly adminClient?: AdminClient
  /** Runs the apps. */
  readonly appHost: AppHost
  /** Makes the door to apps; without it their hosts answer 503. */
  readonly ingress?: (directory: ProxyDirectory, workspace: Workspace) => AppIngress
  /** Folder for deployments and clones; default a temporary one, removed at close. */
  readonly stateDir?: string
  /** Items per page of app lists when the caller names no number. Default 20. */
  readonly pageSize?: number
}

/** A running emulator. */
export interface Emulator {
  readonly url: string
  readonly port: number
  readonly workspace: Workspace
  readonly directory: ProxyDirectory
  readonly recorder: Recorder
  readonly faults: Faults
  /** Stops every app and frees the port. */
  readonly close: () => Promise<void>
}

/** Starts an emulator; rejects when the port is taken. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const clock = options.clock ?? realClock()
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'workshop-emulator-')))
  await mkdir(stateDir, { recursive: true })
  const workspace = createWorkspace({ clock, stateDir, durations: profiles[options.profile ?? 'instant'] })
  seedAdmin(workspace, options.adminEmail ?? 'operator@workshop.test', options.token)
  if (options.adminClient) seedAdminClient(workspace, options.adminClient)
  for (const person of options.users ?? []) addUser(workspace, person)

  const server = createServer()
  const port = await listen(server, options.port ?? 0)
  workspace.url = `http://127.0.0.1:${port}`
  const urlOf = (app: string) => `http://${app}.apps.localhost:${port}`
  const stale = new StaleReads(workspace, urlOf)
  const lifecycle = new AppLifecycle({ workspace, host: options.appHost, urlOf, onChange: (app) => stale.record(app) })
  const control = { workspace, stale, recorder: new Recorder(), faults: new Faults(), latency: new Latency() }
  const api: ServeContext = {
    ...control,
    router: createRouter(apiRoutes({ workspace, lifecycle, urlOf, stale, pageSize: options.pageSize ?? 20 })),
    credentials: workspace.credentials,
    workspaceId: String(workspace.id),
    now: clock.now,
  }
  const own: ServeContext = {
    ...api,
    router: createRouter(controlRoutes(control)),
    recorder: new Recorder(),
    faults: new Faults(),
    latency: new Latency(),
  }
  const directory = proxyDirectory(workspace)
  const ingress = options.ingress?.(directory, workspace)

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { host } = request.headers
    if (isAppHost(host)) return ingress ? ingress.handle(request, response) : refuse(response, 503, 'No app is served.')
    if (!isLoopbackHost(host)) return refuse(response, 421, `This emulator does not answer to the name ${host}.`)
    if (!request.url?.startsWith('/__emulator/')) return void serveApi(api, request, response)
    if (!mayControl(request.headers, request.socket.remoteAddress))
      return refuse(response, 403, 'The control API obeys programs on this machine only.')
    return void serveApi(own, request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (ingress && isAppHost(request.headers.host)) ingress.upgrade(request, socket, head)
    else socket.destroy()
  })

  return {
    url: workspace.url,
    port,
    workspace,
    directory,
    recorder: control.recorder,
    faults: control.faults,
    close: async () => {
      server.close()
      server.closeAllConnections()
      ingress?.close()
      await Promise.all([lifecycle.close(), options.appHost.close()])
      if (!options.clock) clock.close()
      if (!options.stateDir) await rm(stateDir, { recursive: true, force: true })
    },
  }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, { status, json: restErrorBody(new ApiError(status, 'PERMISSION_DENIED', message)) }, '')
}

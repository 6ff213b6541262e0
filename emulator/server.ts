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
import { isModelRequest, serveModels } from './http/serve-models.ts'
import { createAppHost } from './runtime/app-host.ts'
import { guardApps } from './runtime/guardian.ts'
import { createIngress } from './runtime/ingress.ts'
import { isServed, servedModels } from './runtime/models/model-list.ts'
import { createScriptedModels } from './runtime/models.ts'
import { comesFromFamily } from './runtime/peer-process.ts'
import { type AdminClient, addUser, type Person, seedAdmin, seedAdminClient } from './workspace/seed.ts'
import { createWorkspace, type Workspace } from './workspace/workspace.ts'

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
  /** Runs the apps; by default as child processes of this one. */
  readonly appHost?: AppHost
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
  // The port first: when it is taken nothing else has been made yet.
  const server = createServer()
  const port = await listen(server, options.port ?? 0)
  const clock = options.clock ?? realClock()
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'workshop-emulator-')))
  await mkdir(stateDir, { recursive: true })
  const workspace = createWorkspace({
    clock,
    stateDir,
    durations: profiles[options.profile ?? 'instant'],
    models: servedModels,
    servesModel: isServed,
  })
  const appHost = options.appHost ?? createAppHost({ now: clock.now })
  const allIsDown = await guardApps(stateDir, { removeFolder: options.stateDir === undefined })
  seedAdmin(workspace, options.adminEmail ?? 'operator@workshop.test', options.token)
  if (options.adminClient) seedAdminClient(workspace, options.adminClient)
  for (const person of options.users ?? []) addUser(workspace, person)

  workspace.url = `http://127.0.0.1:${port}`
  const urlOf = (app: string) => `http://${app}.apps.localhost:${port}`
  const stale = new StaleReads(workspace, urlOf)
  const lifecycle = new AppLifecycle({ workspace, host: appHost, urlOf, onChange: (app) => stale.record(app) })
  const directory = proxyDirectory(workspace)
  const isInside = ({ socket }: IncomingMessage) =>
    comesFromFamily(
      socket,
      [...workspace.apps.values()].flatMap(({ running }) => running?.pid ?? []),
    )
  const ingress = createIngress(directory, {
    maySignIn: (request) => !isInside(request),
    logs: { logs: appHost.logs, followLogs: appHost.followLogs ?? (() => () => undefined) },
    now: clock.now,
    workspaceId: String(workspace.id),
  })
  const models = createScriptedModels({ now: clock.now })
  const control = { workspace, stale, ingress, recorder: new Recorder(), faults: new Faults(), latency: new Latency() }
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

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { host } = request.headers
    // A target such as `//` is no address; whoever read it further down would throw.
    if (!URL.canParse(request.url ?? '', workspace.url)) return refuse(response, 400, 'The request target is no path.')
    if (isAppHost(host)) return ingress.handle(request, response)
    if (!isLoopbackHost(host)) return refuse(response, 421, `This emulator does not answer to the name ${host}.`)
    if (!request.url?.startsWith('/__emulator/'))
      return void (isModelRequest(request)
        ? serveModels(api, models, request, response)
        : serveApi(api, request, response))
    if (!mayControl(request.headers, request.socket.remoteAddress))
      return refuse(response, 403, 'The control API obeys programs on this machine only.')
    if (isInside(request)) return refuse(response, 403, 'The control API obeys no app and no session.')
    if (request.url === '/__emulator/models') return void models.handleModelControl(request, response)
    return void serveApi(own, request, response)
  }
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    try {
      answer(request, response)
    } catch (error) {
      // One request that nobody thought of must not take every app with it.
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'The emulator failed on this request.')
    }
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isAppHost(request.headers.host)) ingress.upgrade(request, socket, head)
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
      ingress.close()
      await Promise.all([lifecycle.close(), appHost.close()])
      allIsDown()
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

/** The state machine of apps: which operation is legal when, what it starts in the background, and where that ends. */
import { randomBytes, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError, missing } from '../http/api-error.ts'
import type { Fields } from '../http/call.ts'
import type { Caller } from '../workspace/credentials.ts'
import { nameOf } from '../workspace/principals.ts'
import { makeHome } from '../workspace/workspace.ts'
import type { AppRecord, ComputeState, Deployment, DeploymentRequest } from './app-record.ts'
import { userScopesOf } from './app-record.ts'
import { demandResources, grantResources } from './app-resources.ts'
import { changesCompute, checkAppName, patchSpec, readSpec, updateSpec } from './app-spec.ts'
import { type DeployContext, pause, runDeployment } from './deploy.ts'

/** Documented: fixed, 100 apps per workspace. */
const appLimit = 100

const refused = (message: string) => new ApiError(400, 'BAD_REQUEST', message)

export class AppLifecycle {
  readonly #context: DeployContext
  readonly #background = new Set<Promise<void>>()

  constructor(context: DeployContext) {
    this.#context = context
  }

  /** Calls off everything under way and waits until none of it touches the disk any more. */
  async close(): Promise<void> {
    for (const app of this.#workspace.apps.values()) app.era.abort()
    await Promise.all(this.#background)
  }

  /** Throws 404 in the platform's words. */
  need(name: string): AppRecord {
    const app = this.#workspace.apps.get(name)
    if (!app) throw missing(`App with name ${name} does not exist or is deleted.`)
    return app
  }

  create(body: Fields, name: string, caller: Caller, noCompute: boolean): AppRecord {
    const workspace = this.#workspace
    checkAppName(name)
    const spec = readSpec(body)
    if (workspace.apps.has(name))
      throw new ApiError(409, 'RESOURCE_ALREADY_EXISTS', `An app with the same name already exists: ${name}`)
    if (workspace.apps.size >= appLimit)
      throw new ApiError(400, 'QUOTA_EXCEEDED', `The workspace has reached its limit of ${appLimit} apps.`)
    demandResources(workspace, spec, caller)
    const app = this.#record(name, spec, caller)
    workspace.apps.set(name, app)
    workspace.acls.set(`/apps/${name}`, [
      {
        kind: caller.principal.kind === 'user' ? 'user_name' : 'service_principal_name',
        name: nameOf(caller.principal),
        level: 'CAN_MANAGE',
      },
    ])
    grantResources(workspace, app, {}, spec)
    if (noCompute) this.#changed(app)
    else this.#startCompute(app, caller)
    return app
  }

  start(app: AppRecord, caller: Caller): void {
    if (app.compute !== 'STOPPED' && app.compute !== 'ERROR')
      throw refused(`Cannot start app ${app.name} as it is not in STOPPED state. Current state: ${app.compute}.`)
    this.#startCompute(app, caller)
  }

  stop(app: AppRecord, caller: Caller): void {
    if (!['ACTIVE', 'STARTING', 'UPDATING', 'ERROR'].includes(app.compute))
      throw refused(`Cannot stop app ${app.name} as it is in ${app.compute} state.`)
    this.#touch(app, caller)
    this.#inBackground(
      this.#tearDown(app, 'STOPPING', this.#workspace.durations.STOPPING).then((current) => {
        if (!current) return
        app.compute = 'STOPPED'
        this.#changed(app)
      }),
    )
  }

  delete(app: AppRecord, caller: Caller): void {
    if (app.compute === 'DELETING')
      throw refused(
        `Cannot delete app ${app.name} as it is not terminal with state DELETING, and was updated less than 20 minutes ago. Please wait before trying again.`,
      )
    this.#touch(app, caller)
    grantResources(this.#workspace, app, app.spec, {})
    this.#inBackground(
      this.#tearDown(app, 'DELETING', this.#workspace.durations.DELETING).then((current) => {
        if (current) this.#erase(app)
      }),
    )
  }

  deploy(app: AppRecord, request: DeploymentRequest, caller: Caller, again?: Deployment): Deployment {
    if (app.compute !== 'ACTIVE') throw refused(`Cannot deploy app ${app.name} as it is not in RUNNING state`)
    if (app.pending) throw refused(`Cannot deploy app ${app.name} as there is an active deployment in progress`)
    const now = this.#workspace.clock.now()
    const id = randomBytes(16).toString('hex')
    const deployment: Deployment = {
      ...requestOf(request),
      id,
      creator: nameOf(caller.principal),
      createdAt: now,
      updatedAt: now,
      artifactPath: again?.artifactPath ?? `/Users/${app.servicePrincipal.applicationId}/src/${id}`,
      state: 'IN_PROGRESS',
      message: 'Preparing source code',
      ...(again?.resolvedCommit === undefined ? {} : { resolvedCommit: again.resolvedCommit }),
    }
    app.pending = deployment
    app.deployments.unshift(deployment)
    this.#touch(app, caller)
    this.#inBackground(runDeployment(this.#context, app, deployment))
    this.#changed(app)
    return deployment
  }

  /** PATCH: the whole spec is replaced. */
  patch(app: AppRecord, body: Fields, caller: Caller): void {
    this.#applySpec(app, patchSpec(app.spec, body), caller)
  }

  /** POST …/update. Size changes take their time and serve the old size until they are done. */
  update(app: AppRecord, body: Fields, mask: readonly string[], caller: Caller): void {
    if (app.update?.state === 'IN_PROGRESS') throw refused(`Cannot update app ${app.name} as an update is in progress.`)
    const next = updateSpec(app.spec, body, mask)
    const resized = changesCompute(mask)
    if (app.compute === 'DELETING' || (resized && app.compute !== 'ACTIVE' && app.compute !== 'STOPPED'))
      throw refused(`Cannot update app ${app.name} as it is in ${app.compute} state.`)
    demandResources(this.#workspace, next, caller)
    const update = {
      fields: pickMask(body, mask),
      state: 'IN_PROGRESS' as const,
      message: 'App update is in progress.',
    }
    app.update = update
    if (!resized) this.#applySpec(app, next, caller)
    this.#inBackground(this.#finishUpdate(app, update, next, resized, caller))
  }

  async #finishUpdate(
    app: AppRecord,
    update: NonNullable<AppRecord['update']>,
    next: Fields,
    resized: boolean,
    caller: Caller,
  ): Promise<void> {
    const { compute } = app
    const { signal } = app.era
    if (resized) app.compute = 'UPDATING'
    this.#changed(app)
    await pause(this.#workspace, resized ? this.#workspace.durations.UPDATING : 0, signal)
    if (signal.aborted && resized) {
      update.state = 'FAILED'
      update.message = 'App update was overtaken by another operation.'
      return
    }
    if (resized) {
      app.compute = compute
      this.#applySpec(app, next, caller)
    }
    update.state = 'SUCCEEDED'
    update.message = 'App updated successfully.'
    this.#changed(app)
  }

  #applySpec(app: AppRecord, next: Fields, caller: Caller): void {
    demandResources(this.#workspace, next, caller)
    grantResources(this.#workspace, app, app.spec, next)
    app.spec = next
    this.#touch(app, caller)
    this.#changed(app)
  }

  /** STARTING, then ACTIVE, and then the last good source comes up again by itself. */
  #startCompute(app: AppRecord, caller: Caller): void {
    const signal = newEra(app)
    app.compute = 'STARTING'
    app.liveScopes = userScopesOf(app.spec)
    this.#touch(app, caller)
    this.#changed(app)
    this.#inBackground(
      pause(this.#workspace, this.#workspace.durations.STARTING, signal).then(() => {
        if (signal.aborted) return
        app.compute = 'ACTIVE'
        this.#changed(app)
        const source = app.lastGood
        if (source) this.deploy(app, source, caller, source)
      }),
    )
  }

  /** Ends whatever runs; true when nothing else came between. */
  async #tearDown(app: AppRecord, state: ComputeState, ms: number): Promise<boolean> {
    const signal = newEra(app)
    const { running } = app
    if (app.pending) {
      app.pending.state = 'CANCELLED'
      app.pending.message = 'Deployment was cancelled.'
    }
    app.compute = state
    app.app = 'UNAVAILABLE'
    app.appMessage = 'App status is unavailable.'
    app.active = undefined
    app.pending = undefined
    app.running = undefined
    this.#changed(app)
    await Promise.all([running?.stop(), pause(this.#workspace, ms, signal)])
    await rm(join(this.#workspace.stateDir, 'apps', app.name), { recursive: true, force: true })
    if (!signal.aborted) this.#context.host.forgetLogs?.(app.name)
    return !signal.aborted
  }

  #erase(app: AppRecord): void {
    const workspace = this.#workspace
    const principalId = String(app.servicePrincipal.id)
    workspace.apps.delete(app.name)
    workspace.acls.remove(`/apps/${app.name}`)
    workspace.credentials.forget({ principalId, app: app.name })
    workspace.principals.remove(principalId)
    workspace.files.remove(`/Users/${app.servicePrincipal.applicationId}`)
    this.#changed(app)
  }

  #record(name: string, spec: Fields, caller: Caller): AppRecord {
    const workspace = this.#workspace
    const now = workspace.clock.now()
    const servicePrincipal = workspace.principals.addServicePrincipal({ displayName: `app-${name}` })
    workspace.credentials.clientSecret(servicePrincipal)
    makeHome(workspace, servicePrincipal)
    const creator = nameOf(caller.principal)
    return {
      name,
      id: randomUUID(),
      servicePrincipal,
      oauthClientId: randomUUID(),
      oauthIntegrationId: randomUUID(),
      creator,
      createdAt: now,
      spec,
      updater: creator,
      updatedAt: now,
      compute: 'STOPPED',
      app: 'UNAVAILABLE',
      appMessage: 'App status is unavailable.',
      deployments: [],
      liveScopes: userScopesOf(spec),
      era: new AbortController(),
    }
  }

  /** Keeps work that nobody waits for in sight. It must not reject. */
  #inBackground(work: Promise<void>): void {
    this.#background.add(work)
    void work.finally(() => this.#background.delete(work))
  }

  #touch(app: AppRecord, caller: Caller): void {
    app.updater = nameOf(caller.principal)
    app.updatedAt = this.#workspace.clock.now()
  }

  #changed(app: AppRecord): void {
    this.#context.onChange(app)
  }

  get #workspace() {
    return this.#context.workspace
  }
}

const requestOf = ({ sourceCodePath, gitSource, command, envVars }: DeploymentRequest): DeploymentRequest => ({
  ...(sourceCodePath === undefined ? {} : { sourceCodePath }),
  ...(gitSource ? { gitSource } : {}),
  ...(command ? { command } : {}),
  envVars,
})

/** Voids all background work of the app and gives the signal of the time that begins. */
function newEra(app: AppRecord): AbortSignal {
  app.era.abort()
  app.era = new AbortController()
  return app.era.signal
}

const pickMask = (body: Fields, mask: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(body).filter(([field]) => mask.includes(field)))

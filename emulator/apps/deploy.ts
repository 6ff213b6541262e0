/** Carries out one deployment: snapshot, launch, and what becomes of the app when that works, fails or is overtaken. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppHost, AppLaunch, RunningApp } from '../app-host.ts'
import type { Fields } from '../http/call.ts'
import { optionalText } from '../http/call.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { AppRecord, Deployment } from './app-record.ts'
import { resourceValue } from './app-resources.ts'
import { fetchSource, readRef } from './git-source.ts'
import { copyFolder, writeOut } from './snapshot.ts'

/** What a deployment needs around it. */
export interface DeployContext {
  readonly workspace: Workspace
  readonly host: AppHost
  /** The app's own address. */
  readonly urlOf: (app: string) => string
  readonly onChange: (app: AppRecord) => void
}

/** Runs a deployment that is already the app's pending one. Never rejects: the outcome is in the records. */
export async function runDeployment(context: DeployContext, app: AppRecord, deployment: Deployment): Promise<void> {
  const { workspace } = context
  const { signal } = app.era
  const before = { app: app.app, message: app.appMessage, running: app.running, active: app.active }
  app.app = 'DEPLOYING'
  app.appMessage = 'App is being deployed.'
  const wait = pause(workspace, workspace.durations.DEPLOYING, signal)
  try {
    await Promise.all([takeSnapshot(workspace, app, deployment), wait])
    if (signal.aborted) return
    const running = await launch(context, app, deployment)
    if (signal.aborted) return await running.stop()
    await retire(context, app, before)
    app.running = running
    finish(context, app, deployment, 'SUCCEEDED', 'App started successfully')
    app.active = deployment
    app.lastGood = deployment
    app.app = 'RUNNING'
    app.appMessage = 'App has status: App is running'
  } catch (error) {
    if (signal.aborted) return
    // The previous process first: FAILED then means that the app serves again what it served before.
    await fallBack(context, app, before, signal)
    if (signal.aborted) return
    finish(context, app, deployment, 'FAILED', error instanceof Error ? error.message : String(error))
  }
  context.onChange(app)
}

interface Before {
  readonly app: AppRecord['app']
  readonly message: string
  readonly running: RunningApp | undefined
  readonly active: Deployment | undefined
}

/** A failed deployment leaves the app as it was; when the old process is gone already, it is started again. */
async function fallBack(context: DeployContext, app: AppRecord, before: Before, signal: AbortSignal): Promise<void> {
  if (before.running === undefined || before.active === undefined) {
    app.app = 'CRASHED'
    app.appMessage = 'App has status: App could not be started. See the message of the deployment.'
    return
  }
  if (app.running === undefined) {
    try {
      const running = await launch(context, app, before.active)
      if (signal.aborted) return await running.stop()
      app.running = running
    } catch {
      app.app = 'CRASHED'
      app.appMessage = 'App has status: App crashed and could not be started again.'
      return
    }
  }
  app.app = before.app
  app.appMessage = before.message
}

function finish(
  { workspace }: DeployContext,
  app: AppRecord,
  deployment: Deployment,
  state: 'SUCCEEDED' | 'FAILED',
  message: string,
): void {
  deployment.state = state
  deployment.message = message
  deployment.updatedAt = workspace.clock.now()
  if (app.pending === deployment) app.pending = undefined
}

/** Brings the source into the workspace at the deployment's own path. */
async function takeSnapshot(workspace: Workspace, app: AppRecord, deployment: Deployment): Promise<void> {
  const { files } = workspace
  if (files.get(deployment.artifactPath)) return
  if (!deployment.gitSource) {
    copyFolder(files, deployment.sourceCodePath ?? '', deployment.artifactPath)
    return
  }
  const repository = (app.spec['git_repository'] ?? {}) as Fields
  const url = optionalText(repository, 'url') ?? ''
  const checkout = await fetchSource({
    url,
    ref: readRef(deployment.gitSource),
    ...subFolder(deployment.gitSource),
    workDir: workspace.stateDir,
    ...credentialFor(workspace, app),
  })
  deployment.resolvedCommit = checkout.commit
  files.mkdirs(deployment.artifactPath)
  for (const [path, content] of checkout.files) {
    const target = `${deployment.artifactPath}/${path}`
    files.mkdirs(target.slice(0, target.lastIndexOf('/')))
    files.write(target, content)
  }
}

function subFolder(source: Fields): { readonly subFolder?: string } {
  const path = optionalText(source, 'source_code_path')
  return path === undefined ? {} : { subFolder: path }
}

/** Private repositories need a credential that belongs to the app's own service principal. */
function credentialFor(workspace: Workspace, app: AppRecord) {
  const credential = workspace.repos.credentials(String(app.servicePrincipal.id))[0]
  return credential ? { token: { username: credential.username, password: credential.token } } : {}
}

async function launch(context: DeployContext, app: AppRecord, deployment: Deployment): Promise<RunningApp> {
  const { workspace, host } = context
  const sourceDir = folderOf(workspace, app, deployment)
  await rm(sourceDir, { recursive: true, force: true })
  await mkdir(sourceDir, { recursive: true })
  await writeOut(workspace.files, deployment.artifactPath, sourceDir)
  let own: RunningApp | undefined
  let ended = false
  const running = await host.launch({
    app: app.name,
    deploymentId: deployment.id,
    sourceDir,
    ...(deployment.command ? { command: deployment.command } : {}),
    envVars: deployment.envVars,
    platformEnv: platformEnv(context, app),
    resourceValue: (name) => resourceValue(workspace, app, name),
    signal: app.era.signal,
    beforeStart: () => retire(context, app, { running: app.running, active: app.active }),
    onProgress: (message) => {
      if (deployment.state === 'IN_PROGRESS') deployment.message = message
    },
    onExit: (exit) => {
      ended = true
      if (own !== undefined && app.running === own) crashed(context, app, exit)
    },
  })
  own = running
  if (ended) throw new Error('The app ended right after it had started.')
  return running
}

function crashed(context: DeployContext, app: AppRecord, exit: Parameters<AppLaunch['onExit']>[0]): void {
  app.running = undefined
  app.app = 'CRASHED'
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`
  app.appMessage = `App has status: App crashed unexpectedly (${how}). Last line: ${exit.lastLines.at(-1) ?? 'none'}`
  context.onChange(app)
}

/** Stops the process that is being replaced, once, and drops its disk. */
async function retire(
  { workspace }: DeployContext,
  app: AppRecord,
  old: Pick<Before, 'running' | 'active'>,
): Promise<void> {
  if (old.running === undefined || app.running !== old.running) return
  app.running = undefined
  await old.running.stop()
  if (old.active) await rm(folderOf(workspace, app, old.active), { recursive: true, force: true })
}

/** The folder on disk where a deployment runs. */
export function folderOf(workspace: Workspace, app: AppRecord, deployment: Deployment): string {
  return join(workspace.stateDir, 'apps', app.name, deployment.id)
}

function platformEnv({ workspace, urlOf }: DeployContext, app: AppRecord): Readonly<Record<string, string>> {
  return {
    DATABRICKS_APP_NAME: app.name,
    DATABRICKS_APP_URL: urlOf(app.name),
    DATABRICKS_WORKSPACE_ID: String(workspace.id),
    DATABRICKS_HOST: workspace.url,
    DATABRICKS_CLIENT_ID: app.servicePrincipal.applicationId,
    DATABRICKS_CLIENT_SECRET: workspace.credentials.clientSecret(app.servicePrincipal),
  }
}

/** Resolves after a delay of the workspace's clock, or at once when the signal is given. */
export const pause = (workspace: Workspace, ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) return resolve()
    const callOff = workspace.clock.after(ms, resolve)
    signal.addEventListener('abort', () => {
      callOff()
      resolve()
    })
  })

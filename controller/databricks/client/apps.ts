/** The Apps API, in its own field names. Only what the controller uses. */
import type { Http } from './http.ts'
import { idText } from './json.ts'

/** An entry of `resources`; exactly one of the typed keys is set. */
export type AppResource = Readonly<{ name: string; description?: string } & Record<string, unknown>>

export interface DeploymentInfo {
  readonly deployment_id: string
  readonly mode?: string
  readonly source_code_path?: string
  readonly git_source?: Readonly<Record<string, string>>
  /** Values are masked on read. */
  readonly env_vars?: readonly { readonly name: string }[]
  readonly status?: { readonly state: string; readonly message?: string }
  readonly create_time?: string
  readonly update_time?: string
}

export interface AppInfo {
  readonly name: string
  readonly description?: string
  readonly url?: string
  readonly creator?: string
  readonly compute_size?: string
  readonly compute_status?: { readonly state: string; readonly message?: string }
  readonly app_status?: { readonly state: string; readonly message?: string }
  readonly active_deployment?: DeploymentInfo
  readonly pending_deployment?: DeploymentInfo
  readonly default_source_code_path?: string
  readonly service_principal_client_id?: string
  /** int64 as text. */
  readonly service_principal_id?: string
  readonly resources?: readonly AppResource[]
  readonly user_api_scopes?: readonly string[]
  readonly effective_user_api_scopes?: readonly string[]
  readonly git_repository?: Readonly<Record<string, unknown>>
}

/** Body of create and, inside `app`, of update. */
export interface AppWrite {
  readonly name: string
  readonly description?: string
  readonly compute_size?: string
  readonly resources?: readonly AppResource[]
  readonly user_api_scopes?: readonly string[]
  readonly git_repository?: Readonly<Record<string, string>>
}

export interface DeploymentWrite {
  readonly mode: 'SNAPSHOT'
  readonly source_code_path?: string
  readonly git_source?: Readonly<Record<string, string>>
  readonly env_vars: readonly { readonly name: string; readonly value?: string; readonly value_from?: string }[]
}

/** Asked for so that a whole workspace (at most 100 apps) comes in one page; a smaller page of the server is followed. */
const pageSize = 100

export async function listApps(http: Http, signal?: AbortSignal): Promise<readonly AppInfo[]> {
  const apps: AppInfo[] = []
  for (let token: string | undefined; ; ) {
    const query = { page_size: pageSize, page_token: token }
    const page = await http.json({ method: 'GET', path: '/api/2.0/apps', query }, signal)
    apps.push(...((page['apps'] ?? []) as readonly Record<string, unknown>[]).map(appInfo))
    token = (page['next_page_token'] as string | undefined) || undefined
    if (token === undefined) return apps
  }
}

/** Starts its compute at once. A lost answer is an unknown result: look before repeating. */
export async function createApp(http: Http, app: AppWrite): Promise<AppInfo> {
  return appInfo(await http.json({ method: 'POST', path: '/api/2.0/apps', body: app }))
}

/** Changes the masked fields and nothing else; a masked field that `app` lacks is cleared. */
export async function updateApp(http: Http, app: AppWrite, mask: readonly string[]): Promise<void> {
  const body = { app, update_mask: mask.join(',') }
  await http.json({ method: 'POST', path: `${appPath(app.name)}/update`, body, idempotent: true })
}

/** The last update of an app: state NOT_UPDATED, IN_PROGRESS, SUCCEEDED or FAILED. */
export async function getUpdate(http: Http, name: string): Promise<{ state: string; message: string }> {
  const answer = await http.json({ method: 'GET', path: `${appPath(name)}/update` })
  const status = (answer['status'] ?? {}) as { state?: string; message?: string }
  return { state: status.state ?? 'NOT_UPDATED', message: status.message ?? '' }
}

export async function startApp(http: Http, name: string): Promise<void> {
  await http.json({ method: 'POST', path: `${appPath(name)}/start`, body: {} })
}

export async function deployApp(http: Http, name: string, deployment: DeploymentWrite): Promise<DeploymentInfo> {
  const path = `${appPath(name)}/deployments`
  return (await http.json({ method: 'POST', path, body: deployment })) as unknown as DeploymentInfo
}

/** Newest first, the first page only. */
export async function listDeployments(http: Http, name: string): Promise<readonly DeploymentInfo[]> {
  const query = { page_size: 10 }
  const page = await http.json({ method: 'GET', path: `${appPath(name)}/deployments`, query })
  return (page['app_deployments'] ?? []) as readonly DeploymentInfo[]
}

export async function deleteApp(http: Http, name: string): Promise<void> {
  await http.json({ method: 'DELETE', path: appPath(name) })
}

function appPath(name: string): string {
  return `/api/2.0/apps/${encodeURIComponent(name)}`
}

function appInfo(raw: Record<string, unknown>): AppInfo {
  const id = idText(raw['service_principal_id'])
  return { ...(raw as unknown as AppInfo), ...(id === undefined ? {} : { service_principal_id: id }) }
}

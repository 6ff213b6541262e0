/** The platform's App in our words. Pure. */
import type { ObservedApp, ObservedDeployment, Resource } from '../core/observed.ts'
import type { AppInfo, DeploymentInfo } from './client/apps.ts'

export function observedApp(app: AppInfo): ObservedApp {
  const active = observedDeployment(app.active_deployment)
  const pending = observedDeployment(app.pending_deployment)
  return {
    name: app.name,
    description: app.description ?? '',
    url: originOf(app.url),
    creator: app.creator ?? '',
    computeSize: app.compute_size ?? 'MEDIUM',
    compute: app.compute_status?.state ?? 'STARTING',
    computeMessage: app.compute_status?.message ?? '',
    state: app.app_status?.state ?? 'UNAVAILABLE',
    stateMessage: app.app_status?.message ?? '',
    servicePrincipal: app.service_principal_client_id ?? '',
    resources: (app.resources ?? []) as readonly Resource[],
    userApiScopes: [...new Set([...(app.user_api_scopes ?? []), ...(app.effective_user_api_scopes ?? [])])],
    gitUrl: String(app.git_repository?.['url'] ?? ''),
    ...(active ? { active } : {}),
    ...(pending ? { pending } : {}),
  }
}

export function observedDeployment(deployment: DeploymentInfo | undefined): ObservedDeployment | undefined {
  if (!deployment) return undefined
  return {
    id: deployment.deployment_id,
    state: deployment.status?.state ?? '',
    message: deployment.status?.message ?? '',
    sourcePath: (deployment.source_code_path ?? '').replace(/\/+$/, ''),
    envNames: (deployment.env_vars ?? []).map(({ name }) => name),
  }
}

/** Some servers answer a bare host. */
function originOf(url: string | undefined): string {
  if (!url) return ''
  return (/^https?:\/\//.test(url) ? url : `https://${url}`).replace(/\/+$/, '')
}

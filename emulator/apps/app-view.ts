/** How apps, deployments and updates read on the wire. Pure. */
import type { Fields } from '../http/call.ts'
import type { AppRecord, ComputeState, Deployment } from './app-record.ts'
import { defaultUserScopes, userScopesOf } from './app-record.ts'
import { sizeOf } from './app-spec.ts'

const computeMessages: Readonly<Record<ComputeState, string>> = {
  STARTING: 'App compute is starting.',
  ACTIVE: 'App compute is active.',
  UPDATING: 'App compute is being updated.',
  STOPPING: 'App compute is stopping.',
  STOPPED: 'App compute is stopped.',
  DELETING: 'App is being deleted.',
  ERROR: 'App compute encountered an error.',
}

/** The App object. `url` is the app's own address. */
export function appView(app: AppRecord, url: string): Fields {
  const instances = app.compute === 'ACTIVE' || app.compute === 'UPDATING' ? 1 : 0
  return {
    name: app.name,
    id: app.id,
    ...app.spec,
    compute_size: sizeOf(app.spec),
    url,
    forward_user_access_token: true,
    effective_user_api_scopes: [...new Set([...defaultUserScopes, ...userScopesOf(app.spec)])].sort(),
    compute_status: { state: app.compute, message: computeMessages[app.compute], active_instances: instances },
    app_status: { state: app.app, message: app.appMessage, running_instances: app.app === 'RUNNING' ? instances : 0 },
    ...(app.active ? { active_deployment: deploymentView(app.active) } : {}),
    ...(app.pending ? { pending_deployment: deploymentView(app.pending) } : {}),
    ...sourceView(app),
    service_principal_id: app.servicePrincipal.id,
    service_principal_client_id: app.servicePrincipal.applicationId,
    service_principal_name: app.servicePrincipal.displayName,
    oauth2_app_client_id: app.oauthClientId,
    oauth2_app_integration_id: app.oauthIntegrationId,
    creator: app.creator,
    create_time: timestamp(app.createdAt),
    updater: app.updater,
    update_time: timestamp(app.updatedAt),
  }
}

/** Where the next start would take its source from. */
function sourceView(app: AppRecord): Fields {
  const source = app.lastGood
  if (source?.gitSource) return { default_git_source: source.gitSource }
  return { default_source_code_path: source?.sourceCodePath === undefined ? '' : `/Workspace${source.sourceCodePath}` }
}

/** One deployment: names of environment variables are shown, their values never. */
export function deploymentView(deployment: Deployment): Fields {
  return {
    deployment_id: deployment.id,
    mode: 'SNAPSHOT',
    ...(deployment.sourceCodePath === undefined ? {} : { source_code_path: `/Workspace${deployment.sourceCodePath}` }),
    ...(deployment.gitSource
      ? { git_source: { ...deployment.gitSource, ...resolved(deployment.resolvedCommit) } }
      : {}),
    ...(deployment.command ? { command: deployment.command } : {}),
    ...(deployment.envVars.length > 0 ? { env_vars: deployment.envVars.map(({ name }) => ({ name })) } : {}),
    deployment_artifacts: { source_code_path: `/Workspace${deployment.artifactPath}` },
    status: { state: deployment.state, message: deployment.message },
    creator: deployment.creator,
    create_time: timestamp(deployment.createdAt),
    update_time: timestamp(deployment.updatedAt),
  }
}

const resolved = (commit: string | undefined) => (commit === undefined ? {} : { resolved_commit: commit })

/** The answer of GET …/update. */
export function updateView(app: AppRecord): Fields {
  const spec = Object.fromEntries(Object.entries(app.spec).filter(([field]) => field !== 'space'))
  if (!app.update) return { ...spec, status: { state: 'NOT_UPDATED', message: 'App was not updated.' } }
  return { ...spec, ...app.update.fields, status: { state: app.update.state, message: app.update.message } }
}

/** RFC 3339 to the second, as the Apps API writes times. */
export const timestamp = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')

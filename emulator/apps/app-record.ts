/** An app and its deployments as the control plane keeps them. */
import type { RunningApp } from '../app-host.ts'
import type { Fields } from '../http/call.ts'
import type { ServicePrincipal } from '../workspace/principals.ts'

export type ComputeState = 'STARTING' | 'ACTIVE' | 'UPDATING' | 'STOPPING' | 'STOPPED' | 'DELETING' | 'ERROR'
export type AppState = 'RUNNING' | 'DEPLOYING' | 'CRASHED' | 'UNAVAILABLE'
export type DeploymentState = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

/** What a deployment was asked to bring up; kept so that a start can do it again. */
export interface DeploymentRequest {
  /** As the file tree spells it, without `/Workspace`. */
  readonly sourceCodePath?: string
  /** `branch`, `tag` or `commit`, and a relative `source_code_path`. */
  readonly gitSource?: Fields
  readonly command?: readonly string[]
  readonly envVars: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: string }[]
}

/** One deployment. Times are epoch milliseconds. */
export interface Deployment extends DeploymentRequest {
  readonly id: string
  readonly creator: string
  readonly createdAt: number
  /** The stable copy of the source in the workspace. */
  readonly artifactPath: string
  resolvedCommit?: string
  updatedAt: number
  state: DeploymentState
  message: string
}

/** An asynchronous update, at most one per app. */
export interface AppUpdate {
  readonly fields: Fields
  state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED'
  message: string
}

/** One app. Mutable: the lifecycle is its only writer. */
export interface AppRecord {
  readonly name: string
  readonly id: string
  readonly servicePrincipal: ServicePrincipal
  readonly oauthClientId: string
  readonly oauthIntegrationId: string
  readonly creator: string
  readonly createdAt: number
  /** Writable fields as they were sent, without the input-only ones. */
  spec: Fields
  updater: string
  updatedAt: number
  compute: ComputeState
  app: AppState
  appMessage: string
  active?: Deployment | undefined
  pending?: Deployment | undefined
  /** Newest first. */
  deployments: Deployment[]
  /** What was last deployed with success: its snapshot is what a start brings up again. */
  lastGood?: Deployment | undefined
  update?: AppUpdate | undefined
  running?: RunningApp | undefined
  /** User scopes in force: changes of the spec show only after stop and start. */
  liveScopes: readonly string[]
  /** Aborted by every stop, start and delete: background work of an older era is void. */
  era: AbortController
}

/** Scopes that every app's user token has (documented default). */
export const defaultUserScopes = ['iam.access-control:read', 'iam.current-user:read'] as const

/** The user scopes that a spec asks for. */
export function userScopesOf(spec: Fields): readonly string[] {
  const scopes = spec['user_api_scopes']
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : []
}

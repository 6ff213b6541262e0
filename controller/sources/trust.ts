/**
 * What a spec may point to depends on who wrote it. A spec in Kubernetes may come from somebody who may write one
 * namespace and nothing else: it must not reach the controller's files, environment or profiles, nor send credentials
 * to a host of its own choosing. Pure.
 */
import type { Problem } from '@workshop/contracts/errors'
import type { WorkshopSpec } from '@workshop/contracts/workshop'

export interface Trust {
  /** Workspace hosts that a Secret may name: `acme.cloud.databricks.com`, or `.example.com` for all below. */
  readonly allowedHosts: readonly string[]
  /** Namespaces that may use the controller's own credentials. */
  readonly defaultNamespaces: readonly string[] | 'all'
}

/** The platform's own domains. */
export const databricksHosts = ['.cloud.databricks.com', '.gcp.databricks.com', '.azuredatabricks.net'] as const

/** References that only the cluster can follow, in a spec from a file. */
export function refusedInFiles({ workspaceRef, participants, credentials }: WorkshopSpec): readonly Problem[] {
  const paths = [
    ...(workspaceRef?.secretRef ? ['spec.workspaceRef.secretRef'] : []),
    ...participants.usersFrom.flatMap((from, at) =>
      from.secretRef || from.configMapRef ? [`spec.participants.usersFrom[${at}]`] : [],
    ),
    ...(credentials.token.secretRef ? ['spec.credentials.token.secretRef'] : []),
  ]
  const message = 'this spec does not come from Kubernetes, so there is no Secret or ConfigMap beside it'
  return paths.map((where) => ({ code: 'WO-3010', message, where, fix: 'use a file, a profile or the environment' }))
}

/** References that a spec from Kubernetes must not make. */
export function refusedInCluster({
  workspaceRef,
  participants,
  credentials,
  source,
}: WorkshopSpec): readonly Problem[] {
  const paths = [
    ...(workspaceRef?.profile === undefined ? [] : ['spec.workspaceRef.profile']),
    ...participants.usersFrom.flatMap(({ file }, at) =>
      file === undefined ? [] : [`spec.participants.usersFrom[${at}].file`],
    ),
    ...(credentials.token.env === undefined ? [] : ['spec.credentials.token.env']),
    ...(credentials.token.file === undefined ? [] : ['spec.credentials.token.file']),
    // Folders and servers of the machine that the controller runs on are for rehearsals.
    ...(source.git === undefined || source.git.url.startsWith('https://') ? [] : ['spec.source.git.url']),
  ]
  const message =
    'a Workshop in Kubernetes cannot reach files, profiles, the environment or the machine of the controller'
  return paths.map((where) => ({ code: 'WO-3011', message, where }))
}

/**
 * Whether credentials may be sent to this origin. A pattern without a port means any port; plain http is taken on
 * loopback only, where the emulator listens.
 */
export function mayUseHost(origin: string, allowed: readonly string[]): boolean {
  const { protocol, hostname, host } = new URL(origin)
  const isLoopback = hostname === '127.0.0.1' || hostname === 'localhost'
  if (protocol !== 'https:' && !isLoopback) return false
  return allowed.some((pattern) => {
    const name = pattern.trim().toLowerCase().replace(/^\*/, '')
    return name.startsWith('.') ? hostname.endsWith(name) : name === hostname || name === host
  })
}

/** Without a workspaceRef: may this namespace use what the controller itself has? */
export function mayUseDefault(namespace: string, { defaultNamespaces }: Trust): boolean {
  return defaultNamespaces === 'all' || defaultNamespaces.includes(namespace)
}

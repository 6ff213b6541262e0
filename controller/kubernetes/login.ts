/**
 * Which cluster and as whom, by the usual rules: the file of `--kubeconfig`, the files of KUBECONFIG, the service account
 * of the pod this runs in, ~/.kube/config. Never a silent localhost:8080. The library that reads kubeconfig files is
 * big, so it is loaded here and only when a cluster is asked for.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { messageOf, WorkshopError } from '@workshop/contracts/errors'
import { parse } from 'yaml'
import type { KubeConfig } from './kube-config.ts'

export interface ClusterLogin {
  readonly server: URL
  /** Namespace of the context or of the service account. */
  readonly namespace: string
  readonly isInCluster: boolean
  /** Through a proxy that the kubeconfig names, its own agent is used. */
  readonly hasProxy: boolean
  /** Headers and TLS material of the next call; a token file is read for each, so that a rotated one counts at once. */
  readonly apply: (options: RequestOptions) => Promise<void>
}

export interface LoginSources {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

const podFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Reads everything anew. Throws WO-3004 when nothing names a cluster or a file cannot be used. */
export async function findCluster({ kubeconfig, env }: LoginSources): Promise<ClusterLogin> {
  const { KubeConfig } = await import('./kube-config.ts')
  const config = new KubeConfig()
  const isInCluster = env['KUBERNETES_SERVICE_HOST'] !== undefined && existsSync(join(podFolder, 'token'))
  const home = join(env['HOME'] || homedir(), '.kube', 'config')
  const named = kubeconfig === undefined ? (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean) : [kubeconfig]
  const files = named.length > 0 ? named.filter((file) => named.length === 1 || existsSync(file)) : [home]
  const isPod = named.length === 0 && isInCluster
  try {
    if (isPod) config.loadFromCluster()
    else {
      for (const [at, file] of files.entries()) {
        const other = at === 0 ? config : new KubeConfig()
        other.loadFromFile(file)
        // Whatever two files name, the first one wins, as with kubectl; the library would refuse it.
        if (at > 0) config.mergeConfig(withoutKnown(other, config), Boolean(config.currentContext))
      }
    }
  } catch (cause) {
    throw new WorkshopError(noCluster(messageOf(cause), files), { cause })
  }
  const cluster = config.getCurrentCluster()
  if (!cluster?.server) throw new WorkshopError(noCluster('no current context with a cluster', files))
  const tokenFile = isPod ? join(podFolder, 'token') : await tokenFileOf(config.getCurrentUser()?.name, files)
  return {
    server: new URL(cluster.server),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace || 'default',
    isInCluster: isPod,
    hasProxy: cluster.proxyUrl !== undefined,
    apply: async (options) => {
      await config.applyToHTTPSOptions(options)
      if (tokenFile === undefined) return
      const token = (await readFile(tokenFile, 'utf8')).trim()
      options.headers = { ...options.headers, Authorization: `Bearer ${token}` }
    },
  }
}

/** `other` without clusters, users and contexts whose names `config` has. */
function withoutKnown(other: KubeConfig, config: KubeConfig): KubeConfig {
  const fresh = <T extends { readonly name: string }>(found: readonly T[], known: readonly T[]) =>
    found.filter(({ name }) => !known.some((each) => each.name === name))
  other.clusters = fresh(other.clusters, config.clusters)
  other.users = fresh(other.users, config.users)
  other.contexts = fresh(other.contexts, config.contexts)
  return other
}

/** `tokenFile` of the user, which the library does not know; the first file that has the user counts. */
async function tokenFileOf(name: string | undefined, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const { users } = (parse(await readFile(file, 'utf8')) ?? {}) as {
      readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } }[]
    }
    const found = users?.find((each) => each.name === name)
    if (found) return found.user?.tokenFile && resolve(dirname(file), found.user.tokenFile)
  }
  return undefined
}

function noCluster(message: string, files: readonly string[]) {
  return { code: 'WO-3004', message, where: files.join(delimiter) } as const
}

/** One deployment and its revision. What was deployed must be readable from the platform: its folder holds the bundle's hash, and the name of one variable holds the hash of everything else. Pure. */
import type { WorkshopSpec } from '@workshop/contracts/workshop'
import type { ObservedDeployment, Resource } from './observed.ts'

/** What an app should run. */
export interface DesiredDeployment {
  /** What people and status call it. */
  readonly revision: string
  /** Absolute folder; empty for a git source. */
  readonly sourcePath: string
  readonly gitSource?: Readonly<Record<string, string>>
  readonly envVars: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: string }[]
  /** Name of the variable that carries the hash of all this: values are masked on read, names are not. */
  readonly configEnv: string
}

export interface DeploymentInput {
  readonly source: WorkshopSpec['source']
  readonly bundle: { readonly hash: string; readonly path: string } | undefined
  /** Resources are resolved when an app is deployed, so a change of them is a new revision. */
  readonly resources: readonly Resource[]
  readonly env: DesiredDeployment['envVars']
  /** Hex digest of a text. */
  readonly hash: (text: string) => string
}

const configPrefix = 'WORKSHOP_CONFIG_'

export function desiredDeployment({ source, bundle, resources, env, hash }: DeploymentInput): DesiredDeployment {
  const git = source.git
  const { path: gitPath, branch, tag, commit } = git ?? { path: '.' }
  const gitSource = git && {
    ...(commit ? { commit } : tag ? { tag } : { branch: branch ?? 'main' }),
    ...(gitPath === '.' ? {} : { source_code_path: gitPath }),
  }
  const sourcePath = git ? '' : (source.workspacePath ?? bundle?.path ?? '')
  const config = hash(JSON.stringify([git ?? sourcePath, env, resources]))
    .slice(0, 8)
    .toUpperCase()
  return {
    revision: `${(bundle?.hash ?? commit ?? tag ?? branch ?? 'path').slice(0, 7)}-${config.slice(0, 4).toLowerCase()}`,
    sourcePath,
    ...(gitSource ? { gitSource } : {}),
    configEnv: configPrefix + config,
    envVars: [...env, { name: configPrefix + config, value: '1' }],
  }
}

/** Is this what the deployment should be? A git source is told by its configuration hash alone. */
export function isDeployed(wanted: DesiredDeployment, found: ObservedDeployment | undefined): boolean {
  if (!found?.envNames.includes(wanted.configEnv)) return false
  return wanted.sourcePath === '' || found.sourcePath === wanted.sourcePath
}

/** What people call the revision of a deployment that was read back. */
export function revisionOf(found: ObservedDeployment | undefined): string {
  if (!found) return ''
  const source = found.sourcePath.split('/').at(-1)?.slice(0, 7) ?? ''
  const config = found.envNames.find((name) => name.startsWith(configPrefix))?.slice(configPrefix.length) ?? ''
  return [source || 'git', config.slice(0, 4).toLowerCase()].filter((part) => part !== '').join('-')
}

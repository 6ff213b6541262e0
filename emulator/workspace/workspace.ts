/** Everything that one emulated workspace holds, put together. */
import type { AppRecord } from '../apps/app-record.ts'
import type { Clock } from '../clock.ts'
import type { Durations } from '../durations.ts'
import { Acls } from './acl.ts'
import { Credentials } from './credentials.ts'
import { FileAccess } from './file-access.ts'
import { FileTree } from './file-tree.ts'
import { nameOf, type Principal, Principals } from './principals.ts'
import { Repos } from './repos.ts'
import { SecretScopes } from './secret-scopes.ts'

/** One workspace in memory. */
export interface Workspace {
  readonly id: bigint
  readonly clock: Clock
  readonly principals: Principals
  readonly credentials: Credentials
  readonly acls: Acls
  readonly secrets: SecretScopes
  readonly files: FileTree
  readonly fileAccess: FileAccess
  readonly repos: Repos
  /** By name; the lifecycle in `apps/` is the only writer. */
  readonly apps: Map<string, AppRecord>
  /** Settable while it runs. */
  durations: Durations
  /** Names of the serving endpoints that lists show. */
  readonly models: readonly string[]
  /** Whether an endpoint of this name answers, listed or not. */
  readonly servesModel: (name: string) => boolean
  /** `http://127.0.0.1:PORT`; known once the server listens. */
  url: string
  /** Folder on disk for deployments and clones. */
  readonly stateDir: string
}

/** A workspace with nobody in it but the system groups. */
export function createWorkspace(options: {
  readonly clock: Clock
  readonly durations: Durations
  readonly stateDir: string
  readonly models: readonly string[]
  readonly servesModel: (name: string) => boolean
}): Workspace {
  const { clock } = options
  const principals = new Principals()
  const acls = new Acls()
  const files = new FileTree(clock)
  return {
    ...options,
    id: 1_234_567_890_123_456n,
    principals,
    credentials: new Credentials(clock, principals),
    acls,
    secrets: new SecretScopes(clock, principals),
    files,
    fileAccess: new FileAccess(files, acls, principals),
    repos: new Repos(),
    apps: new Map(),
    url: '',
  }
}

/** Makes the private home folder of a principal, if it is not there. */
export function makeHome(workspace: Workspace, principal: Principal): void {
  const home = workspace.files.mkdirs(`/Users/${nameOf(principal)}`)
  workspace.acls.set(`/directories/${home.id}`, [
    {
      kind: principal.kind === 'user' ? 'user_name' : 'service_principal_name',
      name: nameOf(principal),
      level: 'CAN_MANAGE',
    },
  ])
}

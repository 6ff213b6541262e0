/** The workspaces that Workshops live in, one client each, found from profile, environment or a given login. */
import { findLogin, type WorkspaceLogin } from '../databricks/client/credentials.ts'
import { Workspace, type WorkspaceOptions } from '../databricks/workspace.ts'

export interface WorkspaceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly profileFile?: string | undefined
  readonly login?: WorkspaceLogin | undefined
  readonly tuning: Omit<WorkspaceOptions, 'login'>
}

export class Workspaces {
  readonly #sources: WorkspaceSources
  readonly #open = new Map<string, Workspace>()

  constructor(sources: WorkspaceSources) {
    this.#sources = sources
  }

  /** The workspace of `workspaceRef.profile`, or the controller's own. Throws WO-2001. */
  of(profile: string | undefined): Workspace {
    const { env, profileFile, login, tuning } = this.#sources
    const key = profile ?? ''
    const open = this.#open.get(key)
    if (open) return open
    const found =
      profile === undefined && login
        ? login
        : findLogin({ env, profileFile, ...(profile === undefined ? {} : { profile }) })
    const workspace = new Workspace({ ...tuning, login: found })
    this.#open.set(key, workspace)
    return workspace
  }
}

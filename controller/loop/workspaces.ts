/** The workspaces that Workshops live in, one client each, found from profile, environment or a given login. */
import { createHash } from 'node:crypto'
import { WorkshopError } from '@workshop/contracts/errors'
import { findLogin, type WorkspaceLogin } from '../databricks/client/credentials.ts'
import { Workspace, type WorkspaceOptions } from '../databricks/workspace.ts'
import type { Wish } from './subject.ts'

export interface WorkspaceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly profileFile?: string | undefined
  readonly login?: WorkspaceLogin | undefined
  readonly tuning: Omit<WorkspaceOptions, 'login'>
}

export class Workspaces {
  readonly #sources: WorkspaceSources
  readonly #open = new Map<string, Workspace>()
  /** Which of them each Workshop with a login of its own uses. */
  readonly #used = new Map<string, string>()

  constructor(sources: WorkspaceSources) {
    this.#sources = sources
  }

  /** The workspace that the wish names, or the controller's own. Throws WO-2001, or why it may not be used. */
  of({ key, workshop, login, refusal }: Wish): Workspace {
    if (refusal) throw new WorkshopError(refusal)
    if (login) return this.#ofLogin(key, login)
    return this.#ofProfile(workshop.spec.workspaceRef?.profile)
  }

  /** Workshops with the same credentials share a client and its limits; with others they share nothing. */
  #ofLogin(user: string, login: WorkspaceLogin): Workspace {
    const key = `login:${createHash('sha256').update(JSON.stringify(login)).digest('hex')}`
    const before = this.#used.get(user)
    this.#used.set(user, key)
    if (before !== undefined && before !== key && ![...this.#used.values()].includes(before)) this.#open.delete(before)
    const workspace = this.#open.get(key) ?? new Workspace({ ...this.#sources.tuning, login })
    this.#open.set(key, workspace)
    return workspace
  }

  #ofProfile(profile: string | undefined): Workspace {
    const { env, profileFile, login, tuning } = this.#sources
    const key = `profile:${profile ?? ''}`
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

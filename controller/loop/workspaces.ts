/** The workspaces that Workshops live in, one client each, found from profile, environment or a given login. */
import { createHash } from 'node:crypto'
import { WorkshopError } from '@workshop/contracts/errors'
import type { Clock } from '../databricks/client/clock.ts'
import { findLogin, type WorkspaceLogin } from '../databricks/client/credentials.ts'
import type { Limiter } from '../databricks/client/limiter.ts'
import { hostLimiter, Workspace, type WorkspaceOptions } from '../databricks/workspace.ts'
import type { Wish } from './subject.ts'

export interface WorkspaceSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly profileFile?: string | undefined
  readonly login?: WorkspaceLogin | undefined
  readonly tuning: Omit<WorkspaceOptions, 'login'> & { readonly clock: Clock }
}

export class Workspaces {
  readonly #sources: WorkspaceSources
  readonly #open = new Map<string, Workspace>()
  readonly #limiters = new Map<string, Limiter>()
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

  /** What a Workshop shares with others of its workspace before the workspace is known: a place in the queue. */
  laneOf({ workshop, login }: Wish): string {
    return login ? `host:${login.host}` : `profile:${workshop.spec.workspaceRef?.profile ?? ''}`
  }

  /** How long all hosts asked for quiet so far, added up, ms. */
  get quietMs(): number {
    return [...this.#limiters.values()].reduce((sum, { quietMs }) => sum + quietMs, 0)
  }

  /** Workshops with the same credentials share a client; with others they share what the host is spared, and nothing else. */
  #ofLogin(user: string, login: WorkspaceLogin): Workspace {
    const key = `login:${createHash('sha256').update(JSON.stringify(login)).digest('hex')}`
    const before = this.#used.get(user)
    this.#used.set(user, key)
    if (before !== undefined && before !== key && ![...this.#used.values()].includes(before)) this.#open.delete(before)
    const workspace = this.#open.get(key) ?? this.#connect(login)
    this.#open.set(key, workspace)
    return workspace
  }

  #ofProfile(profile: string | undefined): Workspace {
    const { env, profileFile, login } = this.#sources
    const key = `profile:${profile ?? ''}`
    const open = this.#open.get(key)
    if (open) return open
    const found =
      profile === undefined && login
        ? login
        : findLogin({ env, profileFile, ...(profile === undefined ? {} : { profile }) })
    const workspace = this.#connect(found)
    this.#open.set(key, workspace)
    return workspace
  }

  /** The platform counts calls by workspace, whoever makes them. */
  #connect(login: WorkspaceLogin): Workspace {
    const { tuning } = this.#sources
    const host = new URL(login.host).host
    const limiter = this.#limiters.get(host) ?? hostLimiter(login.host, tuning.clock, tuning.limits)
    this.#limiters.set(host, limiter)
    return new Workspace({ ...tuning, login, limiter })
  }
}

/** One workspace as the controller uses it: the client, who we are, the shared app listing, and the way to the apps themselves. */
import type { Me } from '../core/desired.ts'
import { type AppInfo, listApps } from './client/apps.ts'
import { authorize } from './client/authorization.ts'
import { type Clock, systemClock } from './client/clock.ts'
import type { WorkspaceLogin } from './client/credentials.ts'
import { whoAmI } from './client/directory-service.ts'
import { Http, type HttpOptions } from './client/http.ts'
import { Limiter, type Limits, politeLimits } from './client/limiter.ts'
import { type Fetch, isLoopbackName, loopbackFetch } from './client/loopback.ts'

/** Everything that tests and benches replace. */
export interface WorkspaceOptions {
  readonly login: WorkspaceLogin
  readonly fetch?: Fetch
  readonly clock?: Clock
  readonly random?: () => number
  readonly limits?: Limits
  /** One for all who call this host; its own unless given. */
  readonly limiter?: Limiter
  readonly budgetMs?: number
  readonly onAttempt?: HttpOptions['onAttempt']
}

/** A host on loopback is the emulator: nobody else is waiting there, and a fresh fleet should not crawl. */
const loopbackLimits: Limits = { requestsPerSecond: 200, concurrentWrites: 16 }
/** How long a listing serves every Workshop of the workspace after its answer came, unless something was written since. */
const shareMs = 250
const budgetMs = 300_000
/** The platform's own clients give up on a silent call after a minute. */
const timeoutMs = 60_000

/** What a host is spared: all Workspaces of it should be given the same one. */
export function hostLimiter(host: string, clock: Clock, limits?: Limits): Limiter {
  const usual = isLoopbackName(new URL(host).hostname) ? loopbackLimits : politeLimits
  return new Limiter(clock, limits ?? usual)
}

interface Listing {
  /** Writes so far when it was asked for. */
  readonly writes: number
  readonly apps: Promise<readonly AppInfo[]>
  /** Epoch ms; undefined while its answer is awaited. */
  endedAt: number | undefined
}

export class Workspace {
  readonly host: string
  readonly http: Http
  readonly fetch: Fetch
  readonly clock: Clock
  /** OAuth bearer for the apps' own addresses; undefined when there is only a PAT. */
  readonly appBearer: () => Promise<string | undefined>
  /** Whether apps can be asked at all. */
  readonly canAskApps: boolean
  #me: Promise<Me> | undefined
  #listing: Listing | undefined

  constructor({ login, fetch = loopbackFetch, clock = systemClock, random = Math.random, ...rest }: WorkspaceOptions) {
    const authorization = authorize(login, fetch, clock)
    this.host = login.host
    this.fetch = fetch
    this.clock = clock
    this.appBearer = authorization.appBearer
    this.canAskApps = login.credentials.kind === 'm2m'
    this.http = new Http({
      host: login.host,
      authorization,
      fetch,
      clock,
      random,
      limiter: rest.limiter ?? hostLimiter(login.host, clock, rest.limits),
      budgetMs: rest.budgetMs ?? budgetMs,
      timeoutMs,
      ...(rest.onAttempt ? { onAttempt: rest.onAttempt } : {}),
    })
  }

  /** Asked once; a failure is asked again. */
  me(): Promise<Me> {
    this.#me ??= whoAmI(this.http).catch((error: unknown) => {
      this.#me = undefined
      throw error
    })
    return this.#me
  }

  /** Every app of the workspace, listed once for all Workshops that look at the same moment. */
  apps(): Promise<readonly AppInfo[]> {
    const { writes } = this.http
    const current = this.#listing
    const isFresh = current?.endedAt === undefined || this.clock.now() - current.endedAt < shareMs
    if (current && isFresh && current.writes === writes) return current.apps
    const listing: Listing = { writes, apps: listApps(this.http), endedAt: undefined }
    this.#listing = listing
    listing.apps.then(
      () => {
        listing.endedAt = this.clock.now()
      },
      () => {
        if (this.#listing === listing) this.#listing = undefined
      },
    )
    return listing.apps
  }
}

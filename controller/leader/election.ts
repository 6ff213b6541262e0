/**
 * One leader by a Lease. Time is measured by a clock that nobody can set, from before each renewal was sent, so we stop
 * believing in ourselves before anybody else may take over: `isHeld` turns false after `renewMs`, others wait `leaseMs`.
 * Not a fence: a request that left before may still arrive.
 */
import { messageOf, WorkshopError } from '@workshop/contracts/errors'
import type { Clock } from '../databricks/client/clock.ts'
import type { KubeApi } from '../kubernetes/api.ts'
import { KubeError } from '../kubernetes/kube-error.ts'
import type { ClusterLogin } from '../kubernetes/login.ts'
import { collectionPath, type KubeObject, leases, objectPath } from '../kubernetes/objects.ts'
import type { LoopOptions } from '../loop/options.ts'
import { micro } from '../sources/kubernetes/event-recorder.ts'
import { type LeaseSpec, type LeaseView, mayTake, nextView } from './lease-view.ts'

export interface LeaseTimes {
  /** Others take over when nobody renewed for this long, ms. */
  readonly leaseMs: number
  /** Without a renewal for this long we do not lead any more, ms; shorter than `leaseMs`. */
  readonly renewMs: number
  /** Between two tries, ms. */
  readonly retryMs: number
}

/** Kubernetes' own figures (client-go). */
export const steadyLease: LeaseTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 }

/** Giving the lease back may take so long: behind it comes the end of the process, and whoever ends that has a deadline. */
const releaseMs = 5_000

export interface ElectionOptions {
  readonly connection: {
    readonly open: () => Promise<{
      readonly api: Pick<KubeApi, 'json'>
      readonly login: Pick<ClusterLogin, 'namespace'>
    }>
  }
  /** Of the Lease; the login's own unless given. */
  readonly namespace?: string | undefined
  readonly name: string
  /** Another one for every process. */
  readonly identity: string
  readonly times: LeaseTimes
  readonly clock: Clock
  /** Ms of a clock that nobody can set. */
  readonly monotonic: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly log: LoopOptions['log']
}

interface Lease extends KubeObject {
  readonly spec: LeaseSpec
}

export class Election {
  readonly #options: ElectionOptions
  readonly #lost = new AbortController()
  #renewedAt = Number.NEGATIVE_INFINITY
  #lease: Lease | undefined

  constructor(options: ElectionOptions) {
    this.#options = options
  }

  /** Aborted when leadership ends, whatever the reason: what is under way is cut. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Asked right before every write. */
  isHeld(): boolean {
    const { monotonic, times } = this.#options
    return !this.#lost.signal.aborted && monotonic() - this.#renewedAt < times.renewMs
  }

  /** Waits until the lease is ours. Rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, times, random, log, name } = this.#options
    let view: LeaseView | undefined
    for (;;) {
      try {
        view = await this.#tryAcquire(view, signal)
        if (this.isHeld()) return log('info', 'leads now', { lease: name })
      } catch (error) {
        if (signal.aborted) throw signal.reason
        const isRace = error instanceof KubeError && error.isConflict
        if (!isRace) log('warn', `the lease cannot be had: ${messageOf(error)}`, { lease: name })
      }
      await clock.sleep(times.retryMs * (1 + 0.2 * random()), signal)
    }
  }

  /** Renews until the lease is lost (resolves; `lost` is aborted then) or the signal aborts. */
  async hold(signal: AbortSignal): Promise<void> {
    const { clock, times, log, name } = this.#options
    while (!signal.aborted) {
      await clock.sleep(times.retryMs, signal).catch(() => undefined)
      if (signal.aborted) return
      const why = await this.#renew(signal)
      if (why === undefined) continue
      log('error', `does not lead any more: ${why}`, { lease: name })
      this.#lost.abort(new WorkshopError({ code: 'WO-3013', message: why }))
      return
    }
  }

  /** Gives it back, so that nobody has to wait. Call when nothing is under way any more. */
  async release(): Promise<void> {
    const isOurs = this.isHeld()
    this.#lost.abort(new WorkshopError({ code: 'WO-3013', message: 'the lease was given back' }))
    if (!isOurs) return
    const soon = AbortSignal.timeout(releaseMs)
    if (!(await this.#giveBack(soon))) await this.#giveBack(soon)
  }

  /** False when the lease has changed meanwhile: a renewal that we gave up may still arrive. */
  async #giveBack(signal: AbortSignal): Promise<boolean> {
    try {
      const lease = this.#lease ?? (await this.#get(signal))
      this.#lease = undefined
      if (lease?.spec.holderIdentity !== this.#options.identity) return true
      const { leaseTransitions = 0 } = lease.spec
      await this.#put(lease, { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions }, signal)
      return true
    } catch {
      return false
    }
  }

  async #tryAcquire(before: LeaseView | undefined, signal: AbortSignal): Promise<LeaseView | undefined> {
    const { monotonic, identity, clock } = this.#options
    const { api, namespace } = await this.#api()
    const found = await this.#get(signal)
    const askedAt = monotonic()
    const now = micro(clock.now())
    const ours = { holderIdentity: identity, leaseDurationSeconds: this.#seconds(), acquireTime: now, renewTime: now }
    if (!found) {
      const { name } = this.#options
      const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec: { ...ours, leaseTransitions: 0 },
      }
      this.#lease = await api.json<Lease>(this.#call('POST', collectionPath(leases, namespace), body), signal)
      this.#renewedAt = askedAt
      return undefined
    }
    const view = nextView(before, found.spec, askedAt)
    if (!mayTake(found.spec, view, askedAt)) return view
    const leaseTransitions = (found.spec.leaseTransitions ?? 0) + 1
    this.#lease = await this.#put(found, { ...ours, leaseTransitions }, signal)
    this.#renewedAt = askedAt
    return view
  }

  /** Why leadership is over; undefined while it goes on. */
  async #renew(signal: AbortSignal): Promise<string | undefined> {
    const { monotonic, clock, identity, times } = this.#options
    if (!this.isHeld()) return `it was not renewed for ${times.renewMs} ms`
    try {
      const askedAt = monotonic()
      const lease = this.#lease ?? (await this.#get(signal))
      if (!lease || lease.spec.holderIdentity !== identity) return `${lease?.spec.holderIdentity || 'nobody'} holds it`
      this.#lease = undefined
      this.#lease = await this.#put(lease, { ...lease.spec, renewTime: micro(clock.now()) }, signal)
      this.#renewedAt = askedAt
    } catch {
      // Tried again until the deadline; the lease is read anew, for the write may have happened.
    }
    return this.isHeld() ? undefined : `it was not renewed for ${times.renewMs} ms`
  }

  async #get(signal: AbortSignal): Promise<Lease | undefined> {
    const { api, namespace } = await this.#api()
    try {
      return await api.json<Lease>(this.#call('GET', objectPath(leases, namespace, this.#options.name)), signal)
    } catch (error) {
      if (error instanceof KubeError && error.isMissing) return undefined
      throw error
    }
  }

  async #put({ metadata }: Lease, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    const { api, namespace } = await this.#api()
    const { name, resourceVersion } = metadata
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, resourceVersion },
      spec,
    }
    return api.json<Lease>(this.#call('PUT', objectPath(leases, namespace, name), body), signal)
  }

  /** One try, no longer than a third of the deadline: two more fit in. */
  #call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) {
    const timeoutMs = Math.floor(this.#options.times.renewMs / 3)
    return { method, path, maxTries: 1, timeoutMs, always: true, ...(body === undefined ? {} : { body }) }
  }

  async #api(): Promise<{ readonly api: Pick<KubeApi, 'json'>; readonly namespace: string }> {
    const { api, login } = await this.#options.connection.open()
    return { api, namespace: this.#options.namespace ?? login.namespace }
  }

  #seconds(): number {
    return Math.max(1, Math.ceil(this.#options.times.leaseMs / 1_000))
  }
}

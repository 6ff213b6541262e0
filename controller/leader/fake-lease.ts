/** A Lease as an API server keeps it, for tests: versions, conflicts, answers that get lost, a server that is away. */
import type { KubeCall } from '../kubernetes/api.ts'
import { KubeError } from '../kubernetes/kube-error.ts'
import type { KubeObject } from '../kubernetes/objects.ts'
import type { LeaseSpec } from './lease-view.ts'

type Lease = KubeObject & { readonly spec: LeaseSpec }

export class FakeLease {
  lease: Lease | undefined
  isAway = false
  /** Of the next writes that many happen, and their answers do not arrive. */
  lostAnswers = 0
  /** The next write does not arrive, or not before the lease was read again. */
  stray: 'was lost' | 'arrives late' | undefined
  #late: KubeCall | undefined
  /** Holders, as they were written. */
  readonly holders: string[] = []
  #version = 0

  readonly json = async <T>(call: KubeCall): Promise<T> => {
    const fail = (status: number, reason: string) =>
      new KubeError(`${call.method} ${call.path}`, { status, reason, message: reason })
    if (this.isAway) throw fail(0, 'unreachable')
    if (call.method === 'GET') {
      if (!this.lease) throw fail(404, 'NotFound')
      const { lease } = this
      if (this.#late) await this.json(this.#late)
      this.#late = undefined
      return lease as T
    }
    if (this.stray !== undefined) {
      if (this.stray === 'arrives late') this.#late = call
      this.stray = undefined
      throw fail(0, 'the connection was cut')
    }
    const { metadata, spec } = call.body as Lease
    if (call.method === 'POST' && this.lease) throw fail(409, 'AlreadyExists')
    const isOld = call.method === 'PUT' && metadata.resourceVersion !== this.lease?.metadata.resourceVersion
    if (isOld) throw fail(409, 'Conflict')
    this.#version += 1
    this.lease = { metadata: { ...metadata, uid: 'one', resourceVersion: String(this.#version) }, spec }
    this.holders.push(spec.holderIdentity ?? '')
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1
      throw fail(0, 'the answer was lost')
    }
    return this.lease as T
  }
}

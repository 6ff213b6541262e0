/** How many sockets and how fast: bounds per person and per address, so that one script cannot starve a room. Pure but for its own counts. */

/** A room of people may share one address, hence the wide bounds there. Rates are token buckets: burst, and refill per second. */
const bounds = {
  person: { sockets: 40, burst: 60, perSecond: 2 },
  address: { sockets: 1_000, burst: 1_000, perSecond: 50 },
} as const

interface Bucket {
  sockets: number
  tokens: number
  at: number
}

/** Counts open sockets and recent upgrades. `now` is epoch ms. */
export class SocketLimits {
  readonly #buckets = new Map<string, Bucket>()

  /** Takes a place for one socket; false when a bound is reached. Every true needs one `release`. */
  take(person: string, address: string, now: number): boolean {
    const pair = [this.#bucket('person', person, now), this.#bucket('address', address, now)]
    if (pair.some(({ bucket, bound }) => bucket.sockets >= bound.sockets || bucket.tokens < 1)) return false
    for (const { bucket } of pair) {
      bucket.sockets++
      bucket.tokens--
    }
    return true
  }

  release(person: string, address: string): void {
    for (const key of [`person ${person}`, `address ${address}`]) {
      const bucket = this.#buckets.get(key)
      if (bucket) bucket.sockets--
    }
  }

  #bucket(kind: keyof typeof bounds, name: string, now: number) {
    const bound = bounds[kind]
    const key = `${kind} ${name}`
    const bucket = this.#buckets.get(key) ?? { sockets: 0, tokens: bound.burst, at: now }
    bucket.tokens = Math.min(bound.burst, bucket.tokens + ((now - bucket.at) / 1000) * bound.perSecond)
    bucket.at = now
    this.#buckets.set(key, bucket)
    if (this.#buckets.size > 10_000) this.#forgetIdle()
    return { bucket, bound }
  }

  #forgetIdle(): void {
    for (const [key, { sockets }] of this.#buckets) if (sockets === 0) this.#buckets.delete(key)
  }
}

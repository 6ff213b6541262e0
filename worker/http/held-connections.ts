/**
 * Who holds connections: a bound for those that have not shown whose they are, and one for each owner. Whatever comes
 * beyond pushes out the oldest of the same kind, so that a flood drowns itself and nobody else. Pure but for its own
 * counts: it says what to close and closes nothing.
 */

export interface ConnectionBounds {
  /** Connections of nobody yet: they came and have said nothing that counts. */
  readonly unknown: number
  readonly perOwner: number
}

export class HeldConnections<C> {
  readonly #bounds: ConnectionBounds
  /** Oldest first. */
  readonly #unknown = new Set<C>()
  readonly #owners = new Map<C, string>()
  /** By owner, those without a request first to go; least recently used first. */
  readonly #held = new Map<string, Map<C, 'busy' | 'idle'>>()

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
  }

  /** A new connection; gives the one to close for it. */
  arrive(connection: C): C | undefined {
    this.#unknown.add(connection)
    if (this.#unknown.size <= this.#bounds.unknown) return undefined
    const [oldest] = this.#unknown
    return oldest
  }

  /** A request of `owner` begins on it; gives the idle one of the same owner to close for it. */
  begin(connection: C, owner: string): C | undefined {
    this.#unknown.delete(connection)
    const before = this.#owners.get(connection)
    if (before !== undefined && before !== owner) this.#release(connection, before)
    this.#owners.set(connection, owner)
    const held = this.#held.get(owner) ?? new Map<C, 'busy' | 'idle'>()
    this.#held.set(owner, held)
    held.set(connection, 'busy')
    if (held.size <= this.#bounds.perOwner) return undefined
    for (const [each, state] of held) if (state === 'idle') return each
    return undefined
  }

  /** Its request is over; it may wait for another. */
  rest(connection: C): void {
    const held = this.#held.get(this.#owners.get(connection) ?? '')
    if (held?.delete(connection)) held.set(connection, 'idle')
  }

  /** It is closed. */
  leave(connection: C): void {
    this.#unknown.delete(connection)
    const owner = this.#owners.get(connection)
    this.#owners.delete(connection)
    if (owner !== undefined) this.#release(connection, owner)
  }

  /** Connections that are open, of one owner or of nobody. */
  count(owner?: string): number {
    return owner === undefined ? this.#unknown.size : (this.#held.get(owner)?.size ?? 0)
  }

  #release(connection: C, owner: string): void {
    const held = this.#held.get(owner)
    held?.delete(connection)
    if (held?.size === 0) this.#held.delete(owner)
  }
}

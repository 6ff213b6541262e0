/**
 * What was seen, and when. A cheap look re-reads three things; grants, ACLs, groups and the like are re-read in turn, a
 * few at each look, so that everything comes round within the full cycle. Only observations live here; after a restart
 * everything is read anew, and what we change ourselves is forgotten at once.
 */

interface Seen {
  readonly at: number
  readonly value: unknown
  /** What the value depends on and what a cheap look shows: when it differs, the value is old. */
  readonly tag: string
}

/** One thing that can be read by itself. */
export interface Unit<T> {
  readonly key: string
  /** API calls that one reading takes. */
  readonly cost: number
  readonly tag?: string
  readonly load: () => Promise<T>
}

/** One per Workshop. */
export class Sight {
  readonly #seen = new Map<string, Seen>()
  readonly #costs = new Map<string, number>()
  #due = new Set<string>()

  /**
   * Looks of this budget after which everything has come round, at most: two things that cost more than half of it
   * never share a look, cheaper ones fill it up.
   */
  looksPerCycle(budget: number): number {
    const shares = [...this.#seen.keys()].map((key) => {
      const cost = this.#costs.get(key) ?? 1
      return 2 * cost > budget ? 1 : cost / budget
    })
    return Math.ceil(shares.reduce((sum, share) => sum + share, 0))
  }

  /**
   * Chooses what this look re-reads: everything when `deep`, else the oldest ones that were read before `olderThan`,
   * as long as they cost no more than `budget` calls. What does not fit is the oldest next time.
   */
  begin(deep: boolean, olderThan: number, budget: number): void {
    const oldest = [...this.#seen].filter(([, { at }]) => deep || at < olderThan).sort((a, b) => a[1].at - b[1].at)
    this.#due = new Set()
    let left = deep ? Number.POSITIVE_INFINITY : budget
    for (const [key] of oldest) {
      const cost = this.#costs.get(key) ?? 1
      if (cost > left) continue
      left -= cost
      this.#due.add(key)
    }
  }

  /** The value as last read, read now when it is due, unknown, or its tag changed. A failed reading throws. */
  async read<T>({ key, cost, tag = '', load }: Unit<T>, now: number): Promise<T> {
    const seen = this.#seen.get(key)
    if (seen && seen.tag === tag && !this.#due.has(key)) return seen.value as T
    const value = await load()
    this.#due.delete(key)
    this.#costs.set(key, cost)
    this.#seen.set(key, { at: now, value, tag })
    return value
  }

  /** Keys that begin so. */
  keys(prefix: string): readonly string[] {
    return [...this.#seen.keys()].filter((key) => key.startsWith(prefix))
  }

  /** Something was written there. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#seen.delete(key)
  }

  /** Keeps only what is still asked for, so that a removed worker does not stay in the round. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key)
  }
}

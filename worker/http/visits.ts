/** Who was here a moment ago: between two sessions a person must not lose the way to the worker they look at. */
import { personKey } from '@workshop/contracts/placement'
import type { Presence } from '@workshop/contracts/worker-api'

/**
 * A visit counts so long, ms. A page asks every 3 s and a controller, with its defaults, every 15 s; a browser that
 * sleeps or a tab that is hidden asks nobody, and finds its way back through the hub.
 */
export const visitMs = 120_000

/** Times of the last requests, in memory. `now` gives epoch ms. */
export class Visits {
  readonly #now: () => number
  readonly #last = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  note(email: string): void {
    this.#last.set(personKey(email), this.#now())
  }

  /** Those with sessions as given, and behind them everybody else who was here lately. */
  beside(people: readonly Presence[]): readonly Presence[] {
    const since = this.#now() - visitMs
    for (const [email, at] of this.#last) if (at < since) this.#last.delete(email)
    const working = new Set(people.map(({ email }) => personKey(email)))
    const visiting = [...this.#last.keys()].filter((email) => !working.has(email))
    return [...people, ...visiting.map((email) => ({ email, live: 0 }))]
  }
}

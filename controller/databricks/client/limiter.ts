/** Keeps us a polite guest of one host: a token bucket for all calls, a few places for writes, and one pause for everybody when the host asks for it. */
import type { Clock } from './clock.ts'

export interface Limits {
  /** Calls a second on average; as many may go at once after a quiet second. */
  readonly requestsPerSecond: number
  /** Writes under way at once. */
  readonly concurrentWrites: number
}

/** The figures of facts/databricks "errors, retries, limits"; the platform publishes no rate for apps. */
export const politeLimits: Limits = { requestsPerSecond: 10, concurrentWrites: 5 }

/** One per host. */
export class Limiter {
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #waiting: (() => void)[] = []
  #writes = 0
  /** When the bucket is full again if nobody calls: the bucket as one number. */
  #fullAt = 0
  #pausedUntil = 0
  #quietMs = 0

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Epoch ms until which the host asked us to be quiet; in the past when it did not. */
  get pausedUntil(): number {
    return this.#pausedUntil
  }

  /** For how long the host asked for quiet so far, ms. */
  get quietMs(): number {
    return this.#quietMs
  }

  /** Nobody calls this host before `until`. */
  pauseUntil(until: number): void {
    const from = Math.max(this.#pausedUntil, this.#clock.now())
    this.#quietMs += Math.max(0, until - from)
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
  }

  /** Waits for this call's turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    const cost = 1_000 / this.#limits.requestsPerSecond
    const now = this.#clock.now()
    this.#fullAt = Math.max(this.#fullAt, now) + cost
    const wait = this.#fullAt - now - 1_000
    if (wait > 0) await this.#clock.sleep(wait, signal)
    for (let pause = this.#pause(); pause > 0; pause = this.#pause()) await this.#clock.sleep(pause, signal)
  }

  /** Runs one write, at most so many at once. */
  async write<T>(run: () => Promise<T>): Promise<T> {
    while (this.#writes >= this.#limits.concurrentWrites) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#writes += 1
    try {
      return await run()
    } finally {
      this.#writes -= 1
      this.#waiting.shift()?.()
    }
  }

  #pause(): number {
    return this.#pausedUntil - this.#clock.now()
  }
}

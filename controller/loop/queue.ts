/**
 * Keys that want a look. A key is waiting, ready or being worked on, never two of them: an add while it is worked on
 * runs it once more afterwards. Only keys, no payload: what there is to do is looked up when its turn comes.
 */
import type { Clock } from '../databricks/client/clock.ts'

export interface QueueBackoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** Per key, after failures (facts/operator 3.2): about twenty tries in the first hour. */
export const queueBackoff: QueueBackoff = { firstMs: 1_000, maxMs: 300_000 }

export class WorkQueue {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #backoff: QueueBackoff
  readonly #ready: string[] = []
  readonly #working = new Set<string>()
  readonly #again = new Set<string>()
  readonly #timers = new Map<string, { readonly at: number; readonly stop: AbortController }>()
  readonly #failures = new Map<string, number>()
  readonly #takers: ((key: string | undefined) => void)[] = []
  #isClosed = false

  constructor(clock: Clock, random: () => number, backoff: QueueBackoff = queueBackoff) {
    this.#clock = clock
    this.#random = random
    this.#backoff = backoff
  }

  /** As soon as a worker is free. */
  add(key: string): void {
    if (this.#isClosed) return
    this.#cancelTimer(key)
    if (this.#working.has(key)) this.#again.add(key)
    else if (!this.#ready.includes(key)) {
      this.#ready.push(key)
      this.#hand()
    }
  }

  /** After `ms`, unless it is due earlier anyway. */
  addAfter(key: string, ms: number): void {
    const at = this.#clock.now() + ms
    const current = this.#timers.get(key)
    if (this.#isClosed || (current && current.at <= at)) return
    this.#cancelTimer(key)
    const stop = new AbortController()
    this.#timers.set(key, { at, stop })
    this.#clock.sleep(ms, stop.signal).then(
      () => {
        if (this.#timers.get(key)?.stop === stop) this.add(key)
      },
      () => undefined,
    )
  }

  /** After a failure: 1 s, 2 s, … 5 min, ±20 %. Answers the wait in ms. */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const wait = Math.min(this.#backoff.maxMs, this.#backoff.firstMs * 2 ** Math.min(failures, 20))
    const ms = wait * (0.8 + 0.4 * this.#random())
    this.addAfter(key, ms)
    return ms
  }

  /** It went well: the next failure counts from one again. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** Epoch ms of the next look that a timer holds; undefined without one. */
  dueAt(key: string): number | undefined {
    return this.#timers.get(key)?.at
  }

  /** The next key; undefined once the queue is closed. Must be followed by `done`. */
  take(): Promise<string | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#takers.push(resolve)
      this.#hand()
    })
  }

  done(key: string): void {
    this.#working.delete(key)
    if (this.#again.delete(key)) this.add(key)
  }

  /** Gives every waiting taker `undefined`; keys that are worked on are finished by their takers. */
  close(): void {
    this.#isClosed = true
    for (const { stop } of this.#timers.values()) stop.abort()
    this.#timers.clear()
    for (const taker of this.#takers.splice(0)) taker(undefined)
  }

  #hand(): void {
    while (this.#takers.length > 0 && this.#ready.length > 0) {
      const key = this.#ready.shift() as string
      this.#working.add(key)
      this.#takers.shift()?.(key)
    }
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.stop.abort()
    this.#timers.delete(key)
  }
}

/**
 * Keys that want a look. A key is waiting, ready or being worked on, never two of them: an add while it is worked on
 * runs it once more afterwards. Only keys, no payload: what there is to do is looked up when its turn comes.
 */
import type { Clock } from '../databricks/client/clock.ts'
import { Lanes, type Urgency } from './lanes.ts'

export interface QueueBackoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** Per key, after failures (facts/operator 3.2): about twenty tries in the first hour. */
export const queueBackoff: QueueBackoff = { firstMs: 1_000, maxMs: 300_000 }

/** Told of what metrics count. */
export interface QueueWatch {
  readonly added: () => void
  readonly retried: () => void
  /** It was handed out after that many ms of being ready. */
  readonly started: (waitedMs: number) => void
  readonly ended: (workedMs: number) => void
}

export interface QueueOptions {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly backoff?: QueueBackoff
  /** Keys of one lane share a place: of each, so many are worked on at once. All in one lane unless given. */
  readonly laneOf?: (key: string) => string
  readonly perLane?: number
  readonly watch?: QueueWatch
}

interface Timer {
  readonly at: number
  readonly urgency: Urgency
  readonly stop: AbortController
}

const noWatch: QueueWatch = { added: () => {}, retried: () => {}, started: () => {}, ended: () => {} }

export class WorkQueue {
  readonly #options: Required<QueueOptions>
  readonly #lanes: Lanes
  /** Since when a key is ready, epoch ms. */
  readonly #readySince = new Map<string, number>()
  readonly #workingSince = new Map<string, number>()
  readonly #again = new Map<string, Urgency>()
  readonly #timers = new Map<string, Timer>()
  readonly #failures = new Map<string, number>()
  readonly #takers: ((key: string | undefined) => void)[] = []
  #isClosed = false

  constructor(options: QueueOptions) {
    const given = { backoff: queueBackoff, laneOf: () => '', perLane: Number.POSITIVE_INFINITY, watch: noWatch }
    this.#options = { ...given, ...options }
    this.#lanes = new Lanes(this.#options.perLane)
  }

  /** As soon as there is a place; `soon` goes before `later`, whichever was asked for last or first. */
  add(key: string, urgency: Urgency = 'soon'): void {
    if (this.#isClosed) return
    this.#cancelTimer(key)
    if (this.#workingSince.has(key)) {
      if (this.#again.get(key) !== 'soon') this.#again.set(key, urgency)
      return
    }
    if (!this.#readySince.has(key)) {
      this.#readySince.set(key, this.#options.clock.now())
      this.#options.watch.added()
    }
    this.#lanes.put(key, this.#options.laneOf(key), urgency)
    this.#hand()
  }

  /** After `ms`, unless it is due earlier anyway. */
  addAfter(key: string, ms: number, urgency: Urgency = 'later'): void {
    const { clock } = this.#options
    const at = clock.now() + ms
    const current = this.#timers.get(key)
    if (this.#isClosed || (current && current.at <= at)) return
    this.#cancelTimer(key)
    const stop = new AbortController()
    this.#timers.set(key, { at, urgency, stop })
    clock.sleep(ms, stop.signal).then(
      () => {
        if (this.#timers.get(key)?.stop === stop) this.add(key, urgency)
      },
      () => undefined,
    )
  }

  /** After a failure: 1 s, 2 s, … 5 min, ±20 %. Answers the wait in ms. */
  addRateLimited(key: string): number {
    const { backoff, random, watch } = this.#options
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const wait = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(failures, 20))
    const ms = wait * (0.8 + 0.4 * random())
    watch.retried()
    this.addAfter(key, ms)
    return ms
  }

  /** It went well: the next failure counts from one again. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** There is nothing more to do for it, ever: no timer and no memory of it stay. */
  drop(key: string): void {
    this.#cancelTimer(key)
    this.#failures.delete(key)
    this.#again.delete(key)
    if (this.#readySince.delete(key)) this.#lanes.drop(key)
  }

  /** Epoch ms of the next look that a timer holds; undefined without one. */
  dueAt(key: string): number | undefined {
    return this.#timers.get(key)?.at
  }

  /** Keys that are ready and have no place yet. */
  depth(urgency: Urgency): number {
    return this.#lanes.depth(urgency)
  }

  /** For each key that is worked on: for how long, ms. */
  workingForMs(): readonly number[] {
    const now = this.#options.clock.now()
    return [...this.#workingSince.values()].map((since) => now - since)
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
    const { clock, watch } = this.#options
    watch.ended(clock.now() - (this.#workingSince.get(key) ?? clock.now()))
    this.#workingSince.delete(key)
    this.#lanes.free(key)
    const again = this.#again.get(key)
    this.#again.delete(key)
    if (again) this.add(key, again)
    this.#hand()
  }

  /** Gives every waiting taker `undefined`; keys that are worked on are finished by their takers. */
  close(): void {
    this.#isClosed = true
    for (const { stop } of this.#timers.values()) stop.abort()
    this.#timers.clear()
    for (const taker of this.#takers.splice(0)) taker(undefined)
  }

  #hand(): void {
    const { clock, watch } = this.#options
    while (!this.#isClosed && this.#takers.length > 0) {
      const key = this.#lanes.next()
      if (key === undefined) return
      const now = clock.now()
      watch.started(now - (this.#readySince.get(key) ?? now))
      this.#readySince.delete(key)
      this.#workingSince.set(key, now)
      this.#takers.shift()?.(key)
    }
  }

  #cancelTimer(key: string): void {
    // A reason of our own: the usual one is an error with a stack, for each of many timers.
    this.#timers.get(key)?.stop.abort('called off')
    this.#timers.delete(key)
  }
}

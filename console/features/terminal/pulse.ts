/** Asks the other side for signs of life, measures the way there and back, and says when no answer came. */
import { NamedTimers } from './named-timers.ts'
import type { TermClock } from './term-options.ts'

/** Without an answer to a ping within this time the connection is dead. */
const pongWithinMs = 5_000
/** While somebody types the round trip is measured this often: networks change. */
const typingEveryMs = 3_000

export interface PulseEvents {
  readonly ping: (time: number) => void
  readonly roundTrip: (ms: number) => void
  readonly dead: () => void
}

export class Pulse {
  readonly #clock: TermClock
  readonly #events: PulseEvents
  readonly #timers: NamedTimers<'next' | 'pong'>
  #everyMs = 0
  #pingedAt = 0

  constructor(clock: TermClock, events: PulseEvents) {
    this.#clock = clock
    this.#events = events
    this.#timers = new NamedTimers(clock)
  }

  /** Pings now, and each `everyMs` from now on. */
  start(everyMs: number): void {
    this.#everyMs = everyMs
    this.beat()
  }

  beat(): void {
    this.#pingedAt = this.#clock.now()
    this.#events.ping(Math.floor(this.#pingedAt))
    this.#timers.set('pong', pongWithinMs, this.#events.dead)
    this.#timers.set('next', this.#everyMs, () => this.beat())
  }

  /** Somebody types: a round trip that is not recent is measured again. */
  typing(): void {
    if (this.#everyMs > 0 && this.#clock.now() - this.#pingedAt >= typingEveryMs) this.beat()
  }

  /** The answer to the ping of `time`. */
  heard(time: number): void {
    this.#timers.cancel('pong')
    this.#events.roundTrip(Math.max(0, this.#clock.now() - time))
  }

  stop(): void {
    this.#everyMs = 0
    this.#timers.cancelAll()
  }
}

/** Delay of every API answer, in real time whatever the workspace's clock says. */

/** Milliseconds; each answer waits `ms` plus up to `jitterMs`. */
export interface LatencySetting {
  readonly ms: number
  readonly jitterMs: number
}

export class Latency {
  #setting: LatencySetting = { ms: 0, jitterMs: 0 }
  readonly #random: () => number

  /** `random` gives numbers from 0 to 1. */
  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  set(setting: LatencySetting): void {
    this.#setting = setting
  }

  /** How long the next answer waits, in milliseconds. */
  next(): number {
    return this.#setting.ms + this.#setting.jitterMs * this.#random()
  }
}

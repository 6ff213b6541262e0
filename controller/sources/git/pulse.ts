/** When a source looks: at intervals with some chance in them, and soon after it is told to; never twice at once. */
import type { Clock } from '../../databricks/client/clock.ts'

export interface PulseOptions {
  readonly intervalMs: number
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly signal: AbortSignal
}

/** A storm of pushes makes at most one look a second. */
const minGapMs = 1_000

export class Pulse {
  readonly #options: PulseOptions
  #wake = new AbortController()

  constructor(options: PulseOptions) {
    this.#options = options
  }

  /** The next look comes as soon as the gap allows; many calls make one look. */
  now(): void {
    this.#wake.abort()
  }

  /** Calls `beat` until the signal aborts; begins with a pause unless `atOnce`. `beat` must not throw. */
  async run(beat: () => Promise<void>, atOnce: boolean): Promise<void> {
    const { clock, signal, intervalMs } = this.#options
    if (atOnce) await beat()
    let lastAt = clock.now()
    while (!signal.aborted) {
      await this.#rest(this.#jittered(), AbortSignal.any([signal, this.#wake.signal]))
      await this.#rest(Math.min(minGapMs, intervalMs) - (clock.now() - lastAt), signal)
      if (signal.aborted) return
      // Calls from here on are about something that this look may have missed.
      this.#wake = new AbortController()
      lastAt = clock.now()
      await beat()
    }
  }

  /** Nine to eleven tenths: many controllers that were started together should not ask together. */
  #jittered(): number {
    const { intervalMs, random } = this.#options
    return intervalMs * (0.9 + 0.2 * random())
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await this.#options.clock.sleep(ms, signal).catch(() => undefined)
  }
}

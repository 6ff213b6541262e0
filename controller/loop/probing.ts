/** Asks the apps of every Workshop from time to time, a few Workshops side by side. */
import type { Clock } from '../databricks/client/clock.ts'

/** Workshops whose apps are asked at once: a thousand fleets must not be one burst of calls. */
const atOnce = 8

export interface Probing<T> {
  readonly clock: Clock
  /** Between the end of one round and the next, ms. */
  readonly everyMs: number
  readonly all: () => readonly T[]
  /** A failure is the next look's business. */
  readonly ask: (one: T) => Promise<void>
}

/** Resolves once the signal aborts. */
export async function probeRounds<T>({ clock, everyMs, all, ask }: Probing<T>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs, signal).catch(() => undefined)
    const left = signal.aborted ? [] : all().values()
    const takeTurns = async () => {
      for (const one of left) {
        if (signal.aborted) return
        await ask(one).catch(() => undefined)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, takeTurns))
  }
}

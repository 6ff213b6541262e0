/** Lets work be ended from outside, however deep in it a call is waiting or trying again. */
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Interruption {
  /** No new calls: reads and waits end at once, a write that was sent is let finish. */
  readonly stop?: AbortSignal | undefined
  /** Everything ends, a write under way included. */
  readonly cut?: AbortSignal | undefined
}

const current = new AsyncLocalStorage<Interruption>()

/** Every call to the platform that `run` makes ends as these signals say, and as those around it say. */
export function interruptible<T>({ stop, cut }: Interruption, run: () => Promise<T>): Promise<T> {
  const around = interruption()
  return current.run({ stop: either(around.stop, stop), cut: either(around.cut, cut) }, run)
}

/** What may end the call that we are in. */
export function interruption(): Interruption {
  return current.getStore() ?? {}
}

/** One that aborts with whichever of them does first. */
export function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other && one !== other ? AbortSignal.any([one, other]) : (one ?? other)
}

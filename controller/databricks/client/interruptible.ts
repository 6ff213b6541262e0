/** Lets a whole action be cut short from outside, however deep in it a call is waiting or trying again. */
import { AsyncLocalStorage } from 'node:async_hooks'

const current = new AsyncLocalStorage<AbortSignal>()

/** Every call to the platform that `run` makes ends when the signal aborts. */
export function interruptible<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return current.run(signal, run)
}

/** The signal of the action that we are in. */
export function interruption(): AbortSignal | undefined {
  return current.getStore()
}

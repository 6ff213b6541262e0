/** Time as an argument: whoever waits is given a clock, so that tests and benches can run a virtual one. */

export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/**
 * A wall clock that never goes back, so that waits counted from it end. Set back, it goes on a tenth slower until the
 * wall has caught up; set forward, it follows at once, as after a machine slept. `monotonic` in ms.
 */
export function steadyTime(wall: () => number, monotonic: () => number): () => number {
  let at = wall()
  let since = monotonic()
  return () => {
    const elapsed = monotonic() - since
    since += elapsed
    at = Math.max(wall(), at + 0.9 * elapsed)
    return Math.floor(at)
  }
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: steadyTime(Date.now, () => performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}

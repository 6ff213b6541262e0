/** Time as an argument: the machine's clock, or one that moves only when it is told to. */

/** Times are epoch milliseconds, delays milliseconds. */
export interface Clock {
  readonly now: () => number
  /** Runs `task` after the delay; the returned function calls it off. */
  readonly after: (delayMs: number, task: () => void) => () => void
  /** Calls off everything that was asked for. */
  readonly close: () => void
}

/** A clock that tests and benches move. */
export interface VirtualClock extends Clock {
  /** Moves time, running what falls due in order, and lets promises settle between tasks. */
  readonly advance: (ms: number) => Promise<void>
}

/** The machine's clock. Timers do not keep the process alive. */
export function realClock(): Clock {
  const timers = new Set<NodeJS.Timeout>()
  return {
    now: () => Date.now(),
    after: (delayMs, task) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        task()
      }, delayMs)
      timer.unref()
      timers.add(timer)
      return () => {
        clearTimeout(timer)
        timers.delete(timer)
      }
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

interface Due {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

/** A clock that stands still at `startAt`. Tasks without delay run at the next turn of the event loop, unasked. */
export function virtualClock(startAt = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = startAt
  let order = 0
  let queue: Due[] = []
  const after: Clock['after'] = (delayMs, task) => {
    const due: Due = { at: now + delayMs, order: order++, task }
    queue.push(due)
    if (delayMs <= 0) setImmediate(() => run(due))
    return () => {
      queue = queue.filter((other) => other !== due)
    }
  }
  function run(due: Due) {
    if (!queue.includes(due)) return
    queue = queue.filter((other) => other !== due)
    due.task()
  }
  return {
    now: () => now,
    after,
    advance: async (ms) => {
      const target = now + ms
      for (;;) {
        await settle()
        const next = queue.toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
        if (!next || next.at > target) break
        now = Math.max(now, next.at)
        run(next)
      }
      now = target
    },
    close: () => {
      queue = []
    },
  }
}

/** Lets promise chains and immediates that are ready run to their next wait. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** True for a clock that can be advanced. */
export function isVirtual(clock: Clock): clock is VirtualClock {
  return 'advance' in clock
}

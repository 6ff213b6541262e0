/** For tests: time that passes only by hand, and runs what falls due on the way, each at its own moment. */
import type { TermClock } from './term-options.ts'

export interface HandClock {
  readonly clock: TermClock
  readonly pass: (ms: number) => void
}

export function handClock(start = 0): HandClock {
  let now = start
  let timers: { readonly at: number; readonly run: () => void }[] = []
  return {
    clock: {
      now: () => now,
      after: (ms, run) => {
        const timer = { at: now + ms, run }
        timers.push(timer)
        return () => {
          timers = timers.filter((other) => other !== timer)
        }
      },
    },
    pass: (ms) => {
      const end = now + ms
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        now = next.at
        next.run()
      }
      now = end
    },
  }
}

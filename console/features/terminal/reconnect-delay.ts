/** Whether, and after how long, to try to reach a session again. */
import { closeCode } from '@workshop/contracts/terminal-protocol'

const ends: ReadonlyMap<number, 'closed' | 'gone' | 'forbidden' | 'replaced'> = new Map([
  [closeCode.ended, 'closed'],
  [closeCode.gone, 'gone'],
  [closeCode.forbidden, 'forbidden'],
  [closeCode.replaced, 'replaced'],
])

/** Close codes after which a client must not come back by itself; undefined for all others. */
export function finalEnd(code: number): 'closed' | 'gone' | 'forbidden' | 'replaced' | undefined {
  return ends.get(code)
}

/** Milliseconds: the first attempt at once (most drops are over by then), then slower, never giving up. */
const steps = [0, 250, 500, 1_000, 2_000, 5_000] as const

/**
 * Wait before attempt `attempt` (0 is the first). `random` (0 ≤ x < 1) spreads the wait from 50 % to 100 %, and even
 * the first over 100 ms, so that a room of people does not come back in the same moment.
 */
export function nextAttemptMs(attempt: number, random: number): number {
  const step = steps[Math.min(attempt, steps.length - 1)] ?? 5_000
  return step === 0 ? Math.floor(random * 100) : Math.floor(step * (0.5 + random / 2))
}

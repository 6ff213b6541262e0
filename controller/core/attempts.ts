/**
 * Patience: an action that was carried out and is still wanted at the next look is not repeated at once. Either the
 * platform has not caught up, or it will not do what we ask. Losing this memory costs one attempt more, nothing else. Pure.
 */
import { showDuration } from '@workshop/contracts/duration'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import type { Planned } from './steps.ts'

export interface Attempt {
  /** What was asked for; another wish starts afresh. */
  readonly wish: string
  readonly count: number
  /** Epoch ms. */
  readonly lastAt: number
}

export type Attempts = ReadonlyMap<string, Attempt>

export interface Patience {
  readonly firstMs: number
  readonly maxMs: number
}

/** Holds back what was tried a moment ago. */
export function holdBack(planned: Planned, attempts: Attempts, now: number, patience: Patience): Planned {
  const actions = planned.plan.actions.map((action) => {
    const attempt = attempts.get(action.key)
    if (action.pending !== undefined || attempt?.wish !== wishOf(action)) return action
    const left = attempt.lastAt + waitMs(attempt.count, patience) - now
    if (left <= 0) return action
    return { ...action, pending: `tried ${times(attempt.count)}, again in ${showDuration(left)}` }
  })
  return { ...planned, plan: { ...planned.plan, actions } }
}

/** The memory after a pass: what was tried counts, what is not wanted any more is forgotten. */
export function remember(attempts: Attempts, actions: readonly Action[], results: readonly ActionResult[]): Attempts {
  const next = new Map<string, Attempt>()
  for (const action of actions) {
    const before = attempts.get(action.key)
    const wish = wishOf(action)
    const same = before?.wish === wish ? before : undefined
    const result = results.find(({ key, outcome }) => key === action.key && outcome !== 'skipped')
    if (result) next.set(action.key, { wish, count: (same?.count ?? 0) + 1, lastAt: result.endedAt })
    else if (before) next.set(action.key, before)
  }
  return next
}

/** After so many tries without success somebody should know that more may not help. */
const stubbornAfter = 3

/** Keys of actions that were tried so often that they count as failing. */
export function stubbornOnes(attempts: Attempts): readonly string[] {
  return [...attempts].flatMap(([key, { count }]) => (count >= stubbornAfter ? [key] : []))
}

/** When the first held-back action may go, epoch ms; undefined when none is held. */
export function nextAttemptAt(planned: Planned, attempts: Attempts, patience: Patience): number | undefined {
  const times = planned.plan.actions.flatMap((action) => {
    const attempt = attempts.get(action.key)
    return attempt?.wish === wishOf(action) && action.pending?.startsWith('tried ')
      ? [attempt.lastAt + waitMs(attempt.count, patience)]
      : []
  })
  return times.length === 0 ? undefined : Math.min(...times)
}

function waitMs(count: number, { firstMs, maxMs }: Patience): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(20, count - 1))
}

function wishOf({ action, changes, name }: Action): string {
  return JSON.stringify([action, name, changes.map(({ path, wanted }) => [path, wanted])])
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

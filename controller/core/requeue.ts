/** When to look again: soon while something moves, at the drift interval when all is as wanted. Pure. */
import type { ActionResult, Plan } from '@workshop/contracts/plan'

export interface Pace {
  /** First look after a change, ms. Longer waits grow to three times this. */
  readonly pollMs: number
  /** Between cheap looks at a settled workshop, ms. */
  readonly driftMs: number
  /** Everything is looked at within this, ms. */
  readonly fullCycleMs: number
  /** Between questions to the apps themselves, ms. */
  readonly probeMs: number
}

/** Drift and cycle after facts/operator (five minutes and thirty); the platform takes about 80 s for what we poll. */
export const steadyPace: Pace = { pollMs: 1_000, driftMs: 300_000, fullCycleMs: 1_800_000, probeMs: 15_000 }

export interface LookInput {
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  /** How long this change has been under way, ms. */
  readonly movingForMs: number
  /** Looks after which everything was read once. */
  readonly looksPerCycle: number
  /** Epoch ms of the first action that is held back, if any. */
  readonly heldUntil?: number | undefined
  readonly now: number
  /** In [0, 1): spreads looks by ±10 %. */
  readonly random: number
}

/** Calls of the rotating part of one look. */
export const rotationBudget = 3

/** Milliseconds until the next look. */
export function nextLook(input: LookInput, pace: Pace): number {
  const { plan, results, random, now, heldUntil } = input
  const drift = driftMs(input.looksPerCycle, pace) * (0.9 + 0.2 * random)
  if (plan.actions.length === 0) return drift
  if (results.some(({ outcome }) => outcome === 'done')) return pace.pollMs / 5
  const isMoving = plan.actions.some(({ pending }) => pending !== undefined && !pending.startsWith('tried '))
  const poll = Math.min(3 * pace.pollMs, Math.max(pace.pollMs / 2, input.movingForMs / 20))
  if (isMoving || heldUntil === undefined) return Math.min(drift, Math.max(pace.pollMs / 5, poll))
  return Math.min(drift, Math.max(pace.pollMs / 5, heldUntil - now))
}

/**
 * Moves a look to the moment of a neighbour's, so that Workshops of one workspace come to look together and share its
 * app listing. Taken from the second half of the wait or shortly after it: whatever the phases are, one of two
 * neighbours finds the other there. `neighboursAt` and the answer's base are epoch ms; answers ms from `now`.
 */
export function joinLook(waitMs: number, neighboursAt: readonly number[], now: number): number {
  const near = neighboursAt.filter((at) => at - now >= waitMs / 2 && at - now <= 1.25 * waitMs)
  return near.length === 0 ? waitMs : Math.max(...near) - now
}

/**
 * The drift interval, shortened so that the rotation comes round in time: one look more than it needs, because a thing
 * that just missed its turn waits for the next, and a tenth less, because looks are spread by as much.
 */
export function driftMs(looksPerCycle: number, pace: Pace): number {
  return Math.min(pace.driftMs, (0.9 * pace.fullCycleMs) / (looksPerCycle + 1))
}

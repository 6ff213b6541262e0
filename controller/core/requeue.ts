/** When to look again: soon while something moves, at the drift interval when all is as wanted. Pure. */
import type { ActionResult, Plan } from '@workshop/contracts/plan'

export interface Pace {
  /** First look after a change, ms. Longer waits grow to five times this. */
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
  /** Things that a full cycle looks at, three at each look. */
  readonly deepUnits: number
  /** Epoch ms of the first action that is held back, if any. */
  readonly heldUntil?: number | undefined
  readonly now: number
  /** In [0, 1): spreads looks by ±10 %. */
  readonly random: number
}

/** Deep things read at one look. */
export const deepUnitsPerLook = 3

/** Milliseconds until the next look. */
export function nextLook(input: LookInput, pace: Pace): number {
  const { plan, results, random, now, heldUntil } = input
  const drift = driftMs(input.deepUnits, pace) * (0.9 + 0.2 * random)
  if (plan.actions.length === 0) return drift
  if (results.some(({ outcome }) => outcome === 'done')) return pace.pollMs / 5
  const isMoving = plan.actions.some(({ pending }) => pending !== undefined && !pending.startsWith('tried '))
  const poll = Math.min(5 * pace.pollMs, Math.max(pace.pollMs / 2, input.movingForMs / 20))
  if (isMoving || heldUntil === undefined) return Math.min(drift, Math.max(pace.pollMs / 5, poll))
  return Math.min(drift, Math.max(pace.pollMs / 5, heldUntil - now))
}

/** The drift interval, shortened so that the rotation comes round in time. */
export function driftMs(deepUnits: number, pace: Pace): number {
  return Math.min(pace.driftMs, pace.fullCycleMs / Math.max(1, Math.ceil(deepUnits / deepUnitsPerLook)))
}

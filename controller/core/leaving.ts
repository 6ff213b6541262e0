/** What is said of a Workshop that is being taken down, and when to look at it again. Pure. */
import { showDuration } from '@workshop/contracts/duration'
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import type { Pace } from './requeue.ts'
import type { Trouble } from './status.ts'

/** The platform takes 20 minutes at most to delete an app (facts/databricks); whatever takes longer wants a person. */
export const teardownDeadlineMs = 1_800_000
const minuteMs = 60_000
/** Longest wait between two looks at a deletion under way, ms. */
const slowestMs = 30_000

export interface Leaving {
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  /** How long it has been taken down, ms. */
  readonly forMs: number
}

/** Minutes are said, not seconds: every new message is a write. */
export function leavingTrouble({ plan, results, forMs }: Leaving): Trouble {
  const failed = results.find(({ outcome }) => outcome === 'failed')
  const first = plan.actions.find(({ pending }) => pending !== undefined) ?? plan.actions[0]
  const pending = first?.pending?.startsWith('tried ') ? first.message : (first?.pending ?? first?.message)
  const why = failed?.problem?.message ?? (first ? `${first.name}: ${pending}` : 'nothing is left')
  const count = plan.actions.length
  const left = `${count} ${count === 1 ? 'thing is' : 'things are'} left to delete`
  const since = forMs < minuteMs ? '' : ` after ${showDuration(Math.floor(forMs / minuteMs) * minuteMs)}`
  const message = `${left}${since}; ${why}`
  if (forMs < teardownDeadlineMs) return { reason: 'Deleting', message, stalled: false, leaving: true }
  const way = 'the annotation vibeworkshop.dev/orphan=true lets the Workshop go and leaves them where they are'
  return { reason: 'DeletionBlocked', message: `${message}; ${way}`, stalled: true, leaving: true }
}

/** Milliseconds until the next look: soon after something went, then ever more slowly. */
export function nextLeavingLook({ results, forMs }: Leaving, { pollMs }: Pace): number {
  if (results.some(({ outcome }) => outcome === 'done')) return pollMs / 5
  return Math.max(pollMs, Math.min(slowestMs, forMs / 20))
}

/** What came to differ by itself: differences in a fleet that was as wanted, although nobody wants anything else. Pure. */
import type { Action, Plan } from '@workshop/contracts/plan'
import type { Desired } from './desired.ts'

export interface Seen {
  readonly desired: Desired
  readonly plan: Plan
}

export interface Drift {
  /** Kind of object, such as App or Permissions. */
  readonly kind: string
  /** First part of the field's path, or a word for the whole object: missing, notwanted, crashed … */
  readonly field: string
}

/** Words for what the platform, the calendar or the spec did; not drift. */
const expected: ReadonlySet<string> = new Set(['InProgress', 'SpecChanged', 'SourceChanged', 'Expiring', 'Adopted'])
/** Written whenever anything else differs. */
const derived: ReadonlySet<string> = new Set(['FleetFile'])

/** Told once: at the look that finds it first. */
export function driftOf(before: Seen | undefined, now: Seen): readonly Drift[] {
  if (!before || before.plan.actions.length > 0 || now.plan.actions.length === 0) return []
  if (JSON.stringify(before.desired) !== JSON.stringify(now.desired)) return []
  const all = now.plan.actions.filter(isDrift)
  // What only follows from another difference is not one more: an app that is gone has no grants either.
  const roots = all.filter(({ after }) => !all.some(({ key }) => after.includes(key)))
  return roots.flatMap(({ kind, reason, changes }) => {
    const fields = new Set(changes.map(({ path }) => /^\w*/.exec(path)?.[0] ?? ''))
    return fields.size === 0 ? [{ kind, field: reason.toLowerCase() }] : [...fields].map((field) => ({ kind, field }))
  })
}

function isDrift({ reason, kind, action }: Action): boolean {
  return !expected.has(reason) && !derived.has(kind) && action !== 'drain' && action !== 'none'
}

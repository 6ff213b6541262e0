/** Which actions may run now. Actions of one app run one after the other, apps side by side, shared ones first by their `after`. Pure. */
import type { Action, ActionResult } from '@workshop/contracts/plan'

/** Lanes: `''` for shared actions, else the app. Within a lane the order is the plan's. */
export function lanes(actions: readonly Action[]): readonly (readonly Action[])[] {
  const byApp = new Map<string, Action[]>()
  for (const action of actions) {
    const lane = action.app ?? action.key
    byApp.set(lane, [...(byApp.get(lane) ?? []), action])
  }
  return [...byApp.values()]
}

/** What stands before an action: `go`, `wait` for one under way, or `skip` because one failed or is not done now. */
export function readiness(
  action: Action,
  all: readonly Action[],
  results: ReadonlyMap<string, ActionResult>,
): 'go' | 'wait' | 'skip' {
  if (action.pending !== undefined) return 'skip'
  let verdict: 'go' | 'wait' = 'go'
  for (const key of action.after) {
    const before = all.find((other) => other.key === key)
    const result = results.get(key)
    if (result && result.outcome !== 'done') return 'skip'
    if (!result && before?.pending !== undefined) return 'skip'
    if (!result) verdict = 'wait'
  }
  return verdict
}

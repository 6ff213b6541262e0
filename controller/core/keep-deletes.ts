/** While the source of the spec cannot be seen, what it says may be old: then nothing is deleted. Pure. */
import type { Planned } from './steps.ts'

/** Every delete waits; everything else goes on with the last spec. */
export function keepDeletes(planned: Planned): Planned {
  const actions = planned.plan.actions.map((action) =>
    action.action === 'delete' ? { ...action, pending: 'the source cannot be seen now' } : action,
  )
  return { ...planned, plan: { ...planned.plan, actions } }
}

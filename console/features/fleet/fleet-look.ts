/** The controller's words for sync, health and actions, in the six families of state. Pure. */
import type { ActionKind } from '@workshop/contracts/plan'
import type { StateView } from '../../ui/state-look.ts'

const health: Readonly<Record<string, StateView>> = {
  Ready: { family: 'ok', word: 'Healthy' },
  Progressing: { family: 'prog', word: 'Progressing' },
  Draining: { family: 'prog', word: 'Draining' },
  Degraded: { family: 'bad', word: 'Degraded' },
  Missing: { family: 'drift', word: 'Missing' },
}

const sync: Readonly<Record<string, StateView>> = {
  Synced: { family: 'ok', word: 'In sync' },
  Progressing: { family: 'prog', word: 'Progressing' },
  Waiting: { family: 'prog', word: 'Waiting' },
  Drifted: { family: 'drift', word: 'Drifted' },
  Missing: { family: 'drift', word: 'Missing' },
}

const unknown: StateView = { family: 'unk', word: 'Unknown' }

export const healthLook = (state: string | undefined): StateView => health[state ?? ''] ?? unknown
export const syncLook = (state: string | undefined): StateView => sync[state ?? ''] ?? unknown

/** Worst first, for sorting. */
const order: readonly StateView['family'][] = ['bad', 'drift', 'unk', 'prog', 'susp', 'ok']
export const badness = ({ family }: StateView): number => order.indexOf(family)

/** The sign that plans put before an action. */
export function actionSign(action: ActionKind): string {
  if (action === 'create') return '+'
  if (action === 'delete') return '−'
  return action === 'none' ? '✓' : '~'
}

/** How far the fleet is from its spec: one state, one sentence, one bar, and what stands behind it. Pure. */
import type { Condition } from '@workshop/contracts/conditions'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { StateFamily, StateView } from '../../ui/state-look.ts'
import { clockTime } from '../../ui/time-words.ts'
import { fleetRows } from './fleet-rows.ts'

export interface Convergence {
  readonly state: StateView
  readonly sentence: string
  readonly parts: readonly { readonly tone: StateFamily; readonly value: number; readonly word: string }[]
  readonly foot: string
}

export function convergence(view: WorkshopView): Convergence {
  const ready = view.conditions.find(({ type }) => type === 'Ready')
  const rows = fleetRows(view)
  const tally = (['ok', 'prog', 'drift', 'bad', 'unk'] as const).map((tone) => ({
    tone,
    value: rows.filter((row) => worse(row.sync, row.health).family === tone).length,
    word: { ok: 'as wanted', prog: 'in progress', drift: 'drifted', bad: 'degraded', unk: 'unknown' }[tone],
  }))
  return {
    state: overall(view, ready),
    sentence: ready?.message ?? 'The first look at the platform is not over yet.',
    parts: tally,
    foot: ready
      ? `Ready is ${ready.status}, reason ${ready.reason}, since ${clockTime(Date.parse(ready.lastTransitionTime))}`
      : '',
  }
}

function overall(view: WorkshopView, ready: Condition | undefined): StateView {
  const isTrue = (type: Condition['type']) => view.conditions.some((one) => one.type === type && one.status === 'True')
  if (view.deleting) return { family: 'prog', word: 'Deleting' }
  if (isTrue('Stalled')) return { family: 'bad', word: 'Stalled' }
  if (view.suspended) return { family: 'susp', word: 'Suspended' }
  if (ready?.status === 'True') return { family: 'ok', word: 'Ready' }
  if (isTrue('Reconciling')) return { family: 'prog', word: 'Progressing' }
  return ready ? { family: 'drift', word: 'Not ready' } : { family: 'unk', word: 'Unknown' }
}

const ranks: readonly StateFamily[] = ['ok', 'susp', 'prog', 'unk', 'drift', 'bad']
const worse = (a: StateView, b: StateView): StateView => (ranks.indexOf(a.family) >= ranks.indexOf(b.family) ? a : b)

/** The bar in words. */
export function tallyWords(parts: Convergence['parts']): string {
  return parts
    .filter(({ value }) => value > 0)
    .map(({ value, word }) => `${value} ${word}`)
    .join(', ')
}

/** The four numbers of the overview, each with its bar and what stands behind it. Pure. */
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { StateFamily } from '../../ui/state-look.ts'
import { count } from '../../ui/time-words.ts'
import { fleetRows } from './fleet-rows.ts'

export interface Counter {
  readonly title: string
  readonly value: string
  readonly of: string
  readonly parts: readonly { readonly tone: StateFamily | 'used' | 'free'; readonly value: number }[]
  readonly note: string
}

export function counters(view: WorkshopView): readonly Counter[] {
  return [workers(view), sessions(view), people(view), objects(view)]
}

function workers(view: WorkshopView): Counter {
  const rows = fleetRows(view).filter(({ isHub }) => !isHub)
  const healthy = rows.filter(({ health }) => health.family === 'ok').length
  const others = new Map<string, number>()
  for (const { health } of rows) if (health.family !== 'ok') others.set(health.word, (others.get(health.word) ?? 0) + 1)
  return {
    title: 'Workers healthy',
    value: String(healthy),
    of: `of ${view.spec.replicas}`,
    parts: (['ok', 'prog', 'drift', 'bad', 'unk'] as const).map((tone) => ({
      tone,
      value: rows.filter(({ health }) => health.family === tone).length,
    })),
    note: [...others].map(([word, number]) => `${number} ${word.toLowerCase()}`).join(', ') || 'all of them',
  }
}

function sessions({ status, spec }: WorkshopView): Counter {
  const { total = spec.replicas * spec.sessionsPerWorker, active } = status.capacity ?? {}
  return {
    title: 'Seats used',
    value: active === undefined ? 'unknown' : String(active),
    of: `of ${total}`,
    parts: [
      { tone: 'used', value: active ?? 0 },
      { tone: 'free', value: Math.max(0, total - (active ?? 0)) },
    ],
    note: active === undefined ? 'workers cannot be asked' : `${count(Math.max(0, total - active), 'seat')} open`,
  }
}

function people({ status, spec }: WorkshopView): Counter {
  const { total = spec.replicas * spec.sessionsPerWorker, allocated = 0 } = status.capacity ?? {}
  return {
    title: 'People invited',
    value: String(spec.participants),
    of: `${spec.perUser} sessions each`,
    parts: [
      { tone: 'used', value: allocated },
      { tone: 'free', value: Math.max(0, total - allocated) },
    ],
    note: `${allocated} of ${total} seats promised`,
  }
}

function objects({ lastPlan }: WorkshopView): Counter {
  const same = Object.values(lastPlan?.plan.inSync ?? {}).reduce((sum, value) => sum + value, 0)
  const settled = new Set(lastPlan?.results.filter(({ outcome }) => outcome === 'done').map(({ key }) => key))
  const actions = lastPlan?.plan.actions ?? []
  const open = actions.filter(({ key }) => !settled.has(key)).length
  const all = same + actions.length
  return {
    title: 'Objects in sync',
    value: lastPlan ? String(all - open) : 'unknown',
    of: lastPlan ? `of ${all}` : '',
    parts: [
      { tone: 'ok', value: all - open },
      { tone: 'prog', value: open },
    ],
    note: open === 0 ? 'nothing to do' : `${count(open, 'change')} to make`,
  }
}

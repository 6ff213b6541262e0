/** The fleet as rows, worst first, each with what the plan has to do on it. Pure. */
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { StateView } from '../../ui/state-look.ts'
import { badness, healthLook, syncLook } from './fleet-look.ts'
import { type ActionView, actionViews } from './plan-look.ts'

export type FleetLine = NonNullable<WorkshopView['status']['fleet']>[number]

export interface FleetRow {
  readonly line: FleetLine
  readonly isHub: boolean
  readonly sync: StateView
  readonly health: StateView
  /** Open actions of this app. */
  readonly actions: readonly ActionView[]
}

export type FleetFilter = 'all' | 'not-in-sync' | 'not-healthy'

export function fleetRows(view: WorkshopView): readonly FleetRow[] {
  const actions = view.lastPlan ? actionViews(view.lastPlan) : []
  const rows = (view.status.fleet ?? []).map(
    (line): FleetRow => ({
      line,
      isHub: line.ordinal === 0,
      sync: syncLook(line.sync),
      health: healthLook(line.state),
      actions: actions.filter(({ action, phase }) => action.app === line.name && phase !== 'done'),
    }),
  )
  return rows.toSorted(
    (a, b) =>
      badness(a.health) - badness(b.health) ||
      badness(a.sync) - badness(b.sync) ||
      Number(a.isHub) - Number(b.isHub) ||
      (a.line.ordinal ?? 0) - (b.line.ordinal ?? 0),
  )
}

export function filterRows(rows: readonly FleetRow[], filter: FleetFilter, text: string): readonly FleetRow[] {
  const wanted = text.trim().toLowerCase()
  return rows.filter(
    (row) =>
      (filter === 'all' || (filter === 'not-in-sync' ? row.sync : row.health).family !== 'ok') &&
      `${row.line.name} ${row.line.message ?? ''} ${row.sync.word} ${row.health.word}`.toLowerCase().includes(wanted),
  )
}

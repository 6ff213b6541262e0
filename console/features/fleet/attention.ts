/** What needs somebody, worst first: what, since when, what happens next. Pure. */

import { errorTable } from '@workshop/contracts/errors'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { StateView } from '../../ui/state-look.ts'
import { badness } from './fleet-look.ts'
import { type FleetRow, fleetRows } from './fleet-rows.ts'
import { actionViews } from './plan-look.ts'

export interface Attention {
  readonly key: string
  readonly state: StateView
  readonly what: string
  readonly detail: string
  /** Epoch ms, where it is known. */
  readonly since?: number | undefined
  /** Where to look closer. */
  readonly go: 'plan' | 'fleet' | undefined
}

export function attentionList(view: WorkshopView): readonly Attention[] {
  return [...blockers(view), ...failures(view), ...apps(view), ...token(view)].toSorted(
    (a, b) => badness(a.state) - badness(b.state),
  )
}

function blockers({ lastPlan }: WorkshopView): readonly Attention[] {
  return (lastPlan?.plan.blockers ?? []).map(({ code, name, message }) => ({
    key: `blocker/${code}/${name}`,
    state: { family: 'bad', word: 'Blocked' },
    what: message,
    detail: `To do: ${errorTable[code].fix}. ${code}`,
    since: lastPlan?.startedAt,
    go: 'plan',
  }))
}

function failures({ lastPlan }: WorkshopView): readonly Attention[] {
  if (!lastPlan) return []
  return actionViews(lastPlan).flatMap(({ action, phase, result }): Attention[] => {
    const problem = result?.problem
    if (phase !== 'failed' || !problem) return []
    return [
      {
        key: `failed/${action.key}`,
        state: { family: 'bad', word: 'Failed' },
        what: `${action.name}: ${action.action} failed`,
        detail: `${problem.message}. To do: ${problem.fix ?? errorTable[problem.code].fix}. ${problem.code}`,
        since: result.endedAt,
        go: 'plan',
      },
    ]
  })
}

function apps(view: WorkshopView): readonly Attention[] {
  return fleetRows(view).flatMap((row): Attention[] => {
    const state = trouble(row)
    if (!state) return []
    const action = row.actions[0]?.action
    const next = action ? (action.pending ?? action.message) : undefined
    const what = row.line.message || `is ${state.word.toLowerCase()}`
    return [
      {
        key: `app/${row.line.name}`,
        state,
        what: row.line.message ? `${row.line.name}: ${what}` : `${row.line.name} ${what}`,
        detail: [
          usage(row),
          next === undefined || next === what ? '' : `${next.charAt(0).toUpperCase()}${next.slice(1)}.`,
        ]
          .filter(Boolean)
          .join(' '),
        go: 'fleet',
      },
    ]
  })
}

/** Progress is no trouble; degraded, missing, drifted and unknown are. */
function trouble({ health, sync }: FleetRow): StateView | undefined {
  return [health, sync].find(({ family }) => family === 'bad' || family === 'drift' || family === 'unk')
}

function usage({ line, isHub }: FleetRow): string {
  return isHub || !line.sessions ? '' : `${line.sessions} ${line.sessions === 1 ? 'session is' : 'sessions are'} on it.`
}

/** A token that was to be renewed and was not. */
function token({ status, lookedAt }: WorkshopView): readonly Attention[] {
  const due = status.token?.renewsAt
  if (due === undefined || lookedAt === undefined || Date.parse(due) > lookedAt) return []
  return [
    {
      key: 'token',
      state: { family: 'drift', word: 'Token due' },
      what: 'The model token should have been renewed',
      detail: `It expires ${status.token?.expiresAt ?? 'at an unknown time'}.`,
      since: Date.parse(due),
      go: 'plan',
    },
  ]
}

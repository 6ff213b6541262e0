/** A plan as the drawer shows it: what each action is at, and the sums. Pure. */
import type { PlanRun } from '@workshop/contracts/fleet-api'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import type { StateView } from '../../ui/state-look.ts'
import { actionSign } from './fleet-look.ts'

export type ActionPhase = 'failed' | 'running' | 'waiting' | 'next' | 'skipped' | 'done'

export interface ActionView {
  readonly action: Action
  readonly sign: string
  readonly phase: ActionPhase
  readonly state: StateView
  readonly result?: ActionResult | undefined
}

const looks: Readonly<Record<ActionPhase, StateView>> = {
  failed: { family: 'bad', word: 'failed' },
  running: { family: 'prog', word: 'now' },
  waiting: { family: 'drift', word: 'waits' },
  next: { family: 'unk', sign: 'todo', word: 'next' },
  skipped: { family: 'unk', word: 'skipped' },
  done: { family: 'ok', word: 'done' },
}
const order: readonly ActionPhase[] = ['failed', 'running', 'waiting', 'next', 'skipped', 'done']

/** Who needs somebody first; within that, the plan's own order. */
export function actionViews(run: PlanRun): readonly ActionView[] {
  const results = new Map(run.results.map((result) => [result.key, result]))
  return run.plan.actions
    .map((action): ActionView => {
      const result = results.get(action.key)
      const phase = phaseOf(action, result, run)
      return { action, sign: actionSign(action.action), phase, state: looks[phase], result }
    })
    .toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
}

function phaseOf(action: Action, result: ActionResult | undefined, run: PlanRun): ActionPhase {
  if (run.running.includes(action.key)) return 'running'
  if (result) return result.outcome
  if (action.pending !== undefined) return 'waiting'
  return run.endedAt === undefined ? 'next' : 'skipped'
}

export interface PlanSum {
  readonly create: number
  readonly change: number
  readonly delete: number
  readonly done: number
  readonly all: number
}

/** Open actions by what they do, and how many are done. */
export function planSum(views: readonly ActionView[]): PlanSum {
  const open = views.filter(({ phase }) => phase !== 'done')
  const by = (sign: string) => open.filter((view) => view.sign === sign).length
  return { create: by('+'), change: by('~'), delete: by('−'), done: views.length - open.length, all: views.length }
}

/** The whole run in one state. */
export function runState(run: PlanRun, sum: PlanSum, views: readonly ActionView[]): StateView {
  if (views.length === 0) return { family: 'ok', word: 'Nothing to do' }
  if (run.endedAt === undefined) return { family: 'prog', word: `Carrying out, ${sum.done} of ${sum.all}` }
  if (views.some(({ phase }) => phase === 'failed'))
    return { family: 'bad', word: `Failed, ${sum.done} of ${sum.all} done` }
  if (sum.done < sum.all) return { family: 'drift', word: `Paused, ${sum.done} of ${sum.all}` }
  return { family: 'ok', word: `Done, ${sum.all} of ${sum.all}` }
}

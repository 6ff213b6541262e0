/** A plan in time: a row per app or shared object, a bar per action that ran, placed in per cent of the span shown. Pure. */
import type { PlanRun } from '@workshop/contracts/fleet-api'
import { clockTime, clockTimeWithSeconds, span } from '../../ui/time-words.ts'
import { type ActionView, actionViews } from './plan-look.ts'

export interface RolloutBar {
  readonly left: number
  readonly width: number
  readonly look: 'done' | 'running' | 'failed'
}

export interface RolloutRow {
  readonly name: string
  readonly bars: readonly RolloutBar[]
  readonly note: string
  /** Where the note stands: after the last bar, or before the first when there is no room behind it. */
  readonly noteAt: number
  readonly before: boolean
}

export interface RolloutView {
  readonly rows: readonly RolloutRow[]
  readonly ticks: readonly { readonly at: number; readonly word: string }[]
  /** Where now is, while the plan runs. */
  readonly nowAt?: number | undefined
}

/** The end of the axis lies so much further than what happened, so that notes and now have room. */
const headroom = 1.12
/** At least this span is shown, ms: a plan of two seconds must not fill the axis. */
const leastMs = 20_000
const noteRoom = 62
/** Below this span, ms, marks a quarter apart would show the same minute. */
const minutesTell = 240_000

export function rolloutView(run: PlanRun, now: number): RolloutView | undefined {
  const ran = actionViews(run).filter(({ phase }) => phase === 'running' || phase === 'done' || phase === 'failed')
  if (ran.length === 0) return undefined
  const from = Math.min(run.startedAt, ...ran.map((view) => startOf(view, run)))
  const last = run.endedAt ?? Math.max(now, ...ran.map((view) => endOf(view, now)))
  const length = Math.max(leastMs, (last - from) * headroom)
  const place = (time: number) => Math.min(100, Math.max(0, ((time - from) / length) * 100))

  const groups = new Map<string, ActionView[]>()
  for (const view of ran) groups.set(nameOf(view), [...(groups.get(nameOf(view)) ?? []), view])
  const rows = [...groups]
    .map(([name, views]) => ({ name, views: views.toSorted((a, b) => startOf(a, run) - startOf(b, run)) }))
    .toSorted((a, b) => first(a.views, run) - first(b.views, run))
    .map(({ name, views }): RolloutRow => {
      const end = Math.max(...views.map((view) => endOf(view, now)))
      const left = place(first(views, run))
      const right = place(end)
      const reason = views.at(-1)?.action.reason ?? ''
      const before = right > noteRoom
      return {
        name,
        bars: views.map((view) => ({
          left: place(startOf(view, run)),
          width: Math.max(0.4, place(endOf(view, now)) - place(startOf(view, run))),
          look: view.phase === 'failed' ? 'failed' : view.phase === 'running' ? 'running' : 'done',
        })),
        note: `${sentence(reason)} · ${span(end - first(views, run))}${views.some(({ phase }) => phase === 'running') ? ' so far' : ''}`,
        noteAt: before ? left : right,
        before,
      }
    })
  const word = length < minutesTell ? clockTimeWithSeconds : clockTime
  return {
    rows,
    ticks: [0, 0.25, 0.5, 0.75].map((share) => ({ at: share * 100, word: word(from + share * length) })),
    nowAt: run.endedAt === undefined ? place(now) : undefined,
  }
}

const nameOf = ({ action }: ActionView) => action.app ?? action.name
const first = (views: readonly ActionView[], run: PlanRun) => Math.min(...views.map((view) => startOf(view, run)))

/** An action under way has no start of its own here: it began when what it waits for, on its app or by key, had ended. */
function startOf({ action, result }: ActionView, run: PlanRun): number {
  if (result) return result.startedAt
  const apps = new Map(run.plan.actions.map(({ key, app }) => [key, app]))
  const before = run.results.filter(
    ({ key }) => action.after.includes(key) || (action.app !== undefined && apps.get(key) === action.app),
  )
  return Math.max(run.startedAt, ...before.map(({ endedAt }) => endedAt))
}

const endOf = ({ result }: ActionView, now: number) => result?.endedAt ?? now

/** `SourceChanged` → `source changed`. */
export function sentence(reason: string): string {
  return reason.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

/** What a fleet that is being made looks like: one row a shared object and one an app. Pure. */
import { showDuration } from '@workshop/contracts/duration'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { Action, ActionResult } from '@workshop/contracts/plan'
import { alignRows, cells } from './columns.ts'
import { kindWords } from './show-plan.ts'
import type { Paint } from './terminal.ts'

export type RowState = 'waiting' | 'running' | 'done' | 'failed'

export interface ProgressRow {
  readonly subject: string
  readonly what: string
  readonly state: RowState
  /** `created`, `ready`, `starting compute`, a problem's message. */
  readonly text: string
  readonly startedAt?: number
  readonly endedAt?: number
}

/** Shared objects that a person wants to see; the others show when they fail. */
const shownKinds: readonly Action['kind'][] = ['SecretScope', 'Token']

/** Rows of the plan that is being carried out, shared objects first, then hub and workers in order. */
export function progressRows(view: WorkshopView): readonly ProgressRow[] {
  const run = view.lastPlan
  const results = new Map(run?.results.map((result) => [result.key, result]))
  const actions = run?.plan.actions.filter(({ action }) => action !== 'none') ?? []
  const shared = actions
    .filter(({ app, kind, key }) => !app && (shownKinds.includes(kind) || results.get(key)?.outcome === 'failed'))
    .map((action) => sharedRow(action, results.get(action.key), run?.running.includes(action.key) ?? false))
  return [...shared, ...appNames(view, actions).map((name) => appRow(name, view, actions, results))]
}

/** One aligned line a row; `now` in epoch ms. */
export function showProgress(
  rows: readonly ProgressRow[],
  now: number,
  paint: Paint,
  columns: number,
): readonly string[] {
  const colour = { waiting: paint.dim, running: paint.accent, done: paint.good, failed: paint.bad }
  const lines = alignRows(
    rows.map((row) => [row.subject, row.what, colour[row.state](row.text), elapsed(row, now)]),
    { indent: '  ', gap: 2 },
  )
  return lines.map((line) => (cells(line) > columns ? clip(line, columns) : line))
}

/** Time that a row took, to the tenth below a minute, or takes; empty when it has not begun. */
export function elapsed({ startedAt, endedAt }: ProgressRow, now: number): string {
  if (startedAt === undefined) return ''
  const ms = Math.max(0, (endedAt ?? now) - startedAt)
  return endedAt !== undefined && ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : showDuration(Math.floor(ms / 1000) * 1000)
}

function sharedRow(action: Action, result: ActionResult | undefined, isRunning: boolean): ProgressRow {
  const state = stateOf(result, isRunning)
  const words = { waiting: 'waits', running: 'under way', done: pastTense[action.action] ?? 'done', failed: '' }
  return {
    subject: kindWords[action.kind][0],
    what: action.name,
    state,
    text: state === 'failed' ? (result?.problem?.message ?? 'failed') : words[state],
    ...(result ? { startedAt: result.startedAt, endedAt: result.endedAt } : {}),
  }
}

function appRow(
  name: string,
  view: WorkshopView,
  actions: readonly Action[],
  results: ReadonlyMap<string, ActionResult>,
): ProgressRow {
  const member = view.status.fleet?.find((each) => each.name === name)
  const own = actions.filter(({ app }) => app === name)
  const ended = own.flatMap(({ key }) => results.get(key) ?? [])
  const failed = ended.find(({ outcome }) => outcome === 'failed')
  const startedAt = ended.length > 0 ? Math.min(...ended.map((result) => result.startedAt)) : view.lastPlan?.startedAt
  const isReady = member?.state === 'Ready'
  const isGoing = own.some(({ action }) => action === 'delete')
  const state: RowState = failed ? 'failed' : isReady || (isGoing && !member) ? 'done' : 'running'
  const text = failed
    ? (failed.problem?.message ?? 'failed')
    : isReady
      ? 'ready'
      : member?.message || (member?.state ?? (isGoing ? 'gone' : 'waits')).toLowerCase()
  const endedAt = ended.length > 0 ? Math.max(...ended.map((result) => result.endedAt)) : undefined
  return {
    subject: name,
    what: 'app',
    state,
    text,
    ...(startedAt === undefined || own.length === 0 ? {} : { startedAt }),
    ...(state === 'running' || endedAt === undefined ? {} : { endedAt }),
  }
}

function appNames(view: WorkshopView, actions: readonly Action[]): readonly string[] {
  const known = (view.status.fleet ?? []).map(({ name }) => name)
  const planned = actions.flatMap(({ app }) => (app ? [app] : []))
  return [...new Set([...known, ...planned])].sort(byOrdinal)
}

function byOrdinal(a: string, b: string): number {
  const ordinal = (name: string) => (name.endsWith('-hub') ? 0 : Number(/-(\d+)$/.exec(name)?.[1] ?? 0))
  return ordinal(a) - ordinal(b) || (a < b ? -1 : 1)
}

function stateOf(result: ActionResult | undefined, isRunning: boolean): RowState {
  if (result?.outcome === 'failed') return 'failed'
  return result ? 'done' : isRunning ? 'running' : 'waiting'
}

const pastTense: Readonly<Partial<Record<Action['action'], string>>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  adopt: 'adopted',
}

/** Cuts at the width of the screen, so that a redraw knows how many lines it wrote. Colour ends with the line. */
function clip(line: string, columns: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  const plain = line.replace(/\u001B\[\d+m/g, '')
  return `${[...plain].slice(0, columns - 1).join('')}…`
}

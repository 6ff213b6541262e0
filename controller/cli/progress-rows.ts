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
  const shared = actions.filter(
    ({ app, kind, key }) => !app && (shownKinds.includes(kind) || results.get(key)?.outcome === 'failed'),
  )
  const objects = [...new Set(shared.map(objectOf))]
  const rows = objects.map((object) =>
    sharedRow(
      shared.filter((action) => objectOf(action) === object),
      results,
      run?.running ?? [],
    ),
  )
  return [...rows, ...appNames(view, actions).map((name) => appRow(name, view, actions, results))]
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

/** At most `most` rows, since a screen cannot be redrawn above its top: finished ones are counted in one row first. */
export function fitRows(rows: readonly ProgressRow[], most: number): readonly ProgressRow[] {
  if (rows.length <= most) return rows
  const open = rows.filter(({ state }) => state !== 'done')
  const shown = open.slice(0, Math.max(1, most - 2))
  const row = (subject: string, text: string, state: RowState): ProgressRow => ({ subject, what: '', text, state })
  return [
    row(`${rows.length - open.length} more`, 'done', 'done'),
    ...shown,
    ...(open.length > shown.length ? [row(`${open.length - shown.length} more`, 'not done yet', 'waiting')] : []),
  ]
}

/** Time that a row took, to the tenth below a minute, or takes; empty when it has not begun. */
export function elapsed({ startedAt, endedAt }: ProgressRow, now: number): string {
  if (startedAt === undefined) return ''
  const ms = Math.max(0, (endedAt ?? now) - startedAt)
  return endedAt !== undefined && ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : showDuration(Math.floor(ms / 1000) * 1000)
}

/** Several steps at one object, such as making a scope and marking it, are one row. */
const objectOf = ({ kind, name }: Action) => `${kind}/${name}`

function sharedRow(
  steps: readonly Action[],
  results: ReadonlyMap<string, ActionResult>,
  running: readonly string[],
): ProgressRow {
  const [first] = steps
  const ended = steps.flatMap(({ key }) => results.get(key) ?? [])
  const failed = ended.find(({ outcome }) => outcome === 'failed')
  const isBegun = ended.length > 0 || steps.some(({ key }) => running.includes(key))
  const state = failed ? 'failed' : ended.length === steps.length ? 'done' : isBegun ? 'running' : 'waiting'
  const words = {
    waiting: 'waits',
    running: 'under way',
    done: pastTense[first?.action ?? 'none'] ?? 'done',
    failed: '',
  }
  const startedAt = Math.min(...ended.map((result) => result.startedAt))
  const endedAt = Math.max(...ended.map((result) => result.endedAt))
  return {
    subject: first ? kindWords[first.kind][0] : '',
    what: first?.name ?? '',
    state,
    text: failed ? (failed.problem?.message ?? 'failed') : words[state],
    ...(ended.length > 0 ? { startedAt } : {}),
    ...(state === 'done' || state === 'failed' ? { endedAt } : {}),
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
  const deletion = own.find(({ action }) => action === 'delete')
  const isGone = deletion !== undefined && results.get(deletion.key)?.outcome === 'done'
  const state: RowState = failed ? 'failed' : isGone || (isReady && !deletion) ? 'done' : 'running'
  const text = failed ? (failed.problem?.message ?? 'failed') : deletion ? (isGone ? 'gone' : 'goes') : appText(member)
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

function appText(member: NonNullable<WorkshopView['status']['fleet']>[number] | undefined): string {
  if (member?.state === 'Ready') return 'ready'
  return member?.message || (member?.state ?? 'waits').toLowerCase()
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

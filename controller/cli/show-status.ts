/** One Workshop as `workshop status` prints it. Pure. */
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import { oneLine } from '../loop/one-line.ts'
import { alignRows, count } from './columns.ts'
import { showProblems } from './show-problems.ts'
import type { Paint } from './terminal.ts'

type Member = NonNullable<WorkshopView['status']['fleet']>[number]

/** Members that are as wanted are counted in one line from this many on. */
const fold = 4

/** Headline, what stands in the way, and the fleet with the ones that need somebody first. */
export function showStatus(view: WorkshopView, paint: Paint): string {
  const { status, specProblems } = view
  const head = `${paint.bold(view.name)}   ${headline(view, paint)}`
  const address = status.url ? `\nworkshop   ${status.url}` : ''
  const token = status.token?.expiresAt ? `\ntoken      expires ${status.token.expiresAt}` : ''
  const source = view.source.problem ?? view.source.removal
  const origin =
    source === undefined
      ? ''
      : `\nsource     ${paint.warn(oneLine(source))}\n           in force: ${view.source.revision}`
  const spec =
    specProblems.length > 0
      ? `\n\nThe spec cannot be used; the last good one is kept.\n${showProblems(specProblems, paint)}`
      : ''
  const fleet = status.fleet ?? []
  return `${head}${address}${token}${origin}${spec}\n${fleet.length > 0 ? `\n${fleetTable(view, fleet, paint)}\n` : ''}`
}

/** One line a Workshop, for when there are several. */
export function showStatusList(views: readonly WorkshopView[], paint: Paint): string {
  if (views.length === 0) return 'No Workshop.\n'
  return `${alignRows(views.map((view) => [`${view.namespace}/${view.name}`, headline(view, paint)])).join('\n')}\n`
}

/** The sentence behind Ready, and what is special. */
export function headline({ conditions, status, suspended, deleting }: WorkshopView, paint: Paint): string {
  const all = conditions.length > 0 ? conditions : (status.conditions ?? [])
  const ready = all.find(({ type }) => type === 'Ready')
  const stalled = all.find(({ type, status: state }) => type === 'Stalled' && state === 'True')
  const is = ready?.status ?? 'Unknown'
  const colour = { True: paint.good, False: paint.bad, Unknown: paint.warn }[is]
  const special = [deleting ? 'being deleted' : '', suspended ? 'suspended' : ''].filter(Boolean)
  return [
    colour(`Ready ${is}`),
    ready ? `${ready.reason}: ${oneLine(ready.message)}` : 'nothing is known yet',
    ...(stalled && stalled.message !== ready?.message ? [`stalled: ${oneLine(stalled.message)}`] : []),
    ...special,
  ].join(' · ')
}

function fleetTable({ spec }: WorkshopView, fleet: readonly Member[], paint: Paint): string {
  const calm = fleet.filter(isCalm)
  const shown = calm.length >= fold ? fleet.filter((member) => !isCalm(member)) : fleet
  const rows = [...shown]
    .sort((a, b) => Number(isCalm(a)) - Number(isCalm(b)))
    .map((member) => row(member, spec.sessionsPerWorker))
  const rest = calm.length >= fold ? [foldedRow(calm, spec.sessionsPerWorker, shown.length === 0)] : []
  const header = ['APP', 'SYNC', 'HEALTH', 'SESSIONS', 'REVISION', '']
  const [top = '', ...lines] = alignRows([header, ...rows, ...rest], { gap: 2, right: [3] })
  return [paint.dim(top), ...lines].join('\n')
}

/** The words of the status, as people read them under SYNC and HEALTH. */
const words: Readonly<Record<string, string>> = { Synced: 'In sync', Ready: 'Healthy' }
const word = (state = '') => words[state] ?? state

const isCalm = ({ sync, state, message }: Member) => sync === 'Synced' && state === 'Ready' && !message

function row({ name, sync, state, sessions, ordinal, revision, message }: Member, cap: number): readonly string[] {
  const used = ordinal === 0 ? '' : `${sessions ?? '?'} / ${cap}`
  return [name, word(sync), word(state), used, (revision ?? '').slice(0, 7), oneLine(message ?? '')]
}

function foldedRow(calm: readonly Member[], cap: number, isAll: boolean): readonly string[] {
  const workers = calm.filter(({ ordinal }) => ordinal !== 0)
  const used = workers.reduce((sum, { sessions = 0 }) => sum + sessions, 0)
  const revisions = [...new Set(calm.map(({ revision }) => (revision ?? '').slice(0, 7)))]
  const name = isAll ? count(calm.length, 'app') : `${calm.length} more`
  return [
    name,
    word('Synced'),
    word('Ready'),
    `${used} / ${workers.length * cap}`,
    revisions.length === 1 ? (revisions[0] ?? '') : '…',
    '',
  ]
}

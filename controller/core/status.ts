/** The status of one Workshop: written once a pass, decided on by nobody. Pure. */
import { type Condition, type ConditionUpdate, setConditions } from '@workshop/contracts/conditions'
import type { Problem } from '@workshop/contracts/errors'
import type { SourceView } from '@workshop/contracts/fleet-api'
import type { ActionResult, Plan } from '@workshop/contracts/plan'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import { conditionUpdates } from './conditions.ts'
import type { Desired } from './desired.ts'
import { isCurrent } from './fleet.ts'
import { type FleetLine, fleetLine } from './fleet-state.ts'
import { isGone, type Observed } from './observed.ts'
import { leavingApps } from './plan.ts'
import { fleetFileKey } from './plan-files.ts'
import { renewsAt } from './token.ts'

export interface StatusInput {
  readonly generation: number
  readonly desired: Desired
  readonly observed: Observed
  /** What is still to do, as seen after the last look. */
  readonly plan: Plan
  readonly results: readonly ActionResult[]
  readonly stubborn?: readonly string[]
  readonly specProblems: readonly Problem[]
  readonly suspended: boolean
  readonly canProbe: boolean
  readonly origin?: Omit<SourceView, 'uri'> | undefined
  readonly before: WorkshopStatus | undefined
  /** Epoch ms turned into ISO 8601 by whoever has a Date. */
  readonly iso: (at: number) => string
}

export function nextStatus(input: StatusInput): WorkshopStatus {
  const { desired, observed, plan, iso, generation } = input
  const fleet = desired.apps.map((app) => lineOf(input, app.name))
  const leaving = leavingApps(desired, observed).map(({ name }) => lineOf(input, name))
  const workers = fleet.slice(1)
  const { perUser, perWorker } = desired.fleet.sessions
  const ready = workers.filter(({ state }) => state === 'Ready')
  const active = workers.reduce((sum, { sessions = 0 }) => sum + sessions, 0)
  const participants = desired.roster.participants.length
  const total = ready.length * perWorker
  const allocated = (participants - desired.unseated.length) * perUser
  const hub = observed.apps.get(desired.names.hub)
  const wantedRevision = desired.apps[1]?.deployment.revision ?? ''
  const updates = conditionUpdates({ ...input, fleet, actions: plan.actions, blockers: plan.blockers })
  return {
    observedGeneration: generation,
    url: isGone(hub) ? '' : (hub?.url ?? ''),
    summary: {
      workers: `${ready.length}/${workers.length}`,
      participants: String(participants),
      sessions: `${active}/${workers.length * perWorker}`,
    },
    workers: {
      desired: workers.length,
      current: workers.filter(({ state }) => state !== 'Missing').length + leaving.length,
      updated: desired.apps.filter((app) => app.ordinal > 0 && isCurrent(app, observed.apps.get(app.name))).length,
      ready: ready.length,
      available: input.canProbe ? ready.filter(({ sessions }) => sessions !== undefined).length : ready.length,
    },
    capacity: { total, allocated, active, free: Math.max(0, total - allocated) },
    fleet: [...fleet, ...leaving],
    ...tokenStatus(desired, observed, iso),
    ...roomStatus(input),
    conditions: setConditions(conditionsOf(input.before), updates, iso(observed.at)),
    currentRevision: mostCommon(workers.flatMap(({ revision }) => revision || [])),
    updateRevision: wantedRevision,
    inventory: inventoryOf(desired, observed),
  }
}

export interface Trouble {
  readonly reason: string
  readonly message: string
  /** Time alone will not help. */
  readonly stalled: boolean
  /** It is being taken down: not ready any more, whatever it was. */
  readonly leaving?: boolean
}

/**
 * The status when a look could not be finished: Ready keeps its value while nothing is known to be broken, and
 * Reconciling says what is waited for.
 */
export function troubledStatus(
  before: WorkshopStatus | undefined,
  generation: number,
  trouble: Trouble,
  now: string,
): WorkshopStatus {
  const current = conditionsOf(before)
  const { reason, message } = trouble
  const kept = current.filter(({ type }) => type !== 'Reconciling' && type !== 'Stalled' && type !== 'Ready')
  // Of a newer spec nothing is known yet: what was true of the older one does not make it ready.
  const isSame = before?.observedGeneration === generation && !trouble.leaving
  const was = isSame ? current.find(({ type }) => type === 'Ready') : undefined
  const ready: ConditionUpdate = trouble.stalled
    ? { type: 'Ready', status: 'False', reason, message, observedGeneration: generation }
    : { type: 'Ready', status: was?.status ?? 'Unknown', reason, message, observedGeneration: generation }
  const mark = { type: trouble.stalled ? 'Stalled' : 'Reconciling', status: 'True', reason, message } as const
  // Ready=True beside Reconciling=True would be two truths; a look that was only delayed leaves Ready alone.
  const marks = ready.status === 'True' ? [] : [{ ...mark, observedGeneration: generation }]
  const conditions = setConditions(current, [ready, ...marks, ...kept], now)
  return { ...before, observedGeneration: generation, conditions }
}

function conditionsOf(status: WorkshopStatus | undefined): readonly Condition[] {
  return (status?.conditions ?? []) as readonly Condition[]
}

function lineOf({ desired, observed, plan }: StatusInput, name: string): FleetLine {
  const actions = plan.actions.filter((action) => action.app === name)
  const blocked = plan.blockers.find((blocker) => blocker.name === name)?.message
  return fleetLine(
    desired.apps.find((app) => app.name === name),
    observed.apps.get(name),
    actions,
    blocked,
  )
}

function tokenStatus(
  desired: Desired,
  { scope, tokens }: Observed,
  iso: StatusInput['iso'],
): Pick<WorkshopStatus, 'token'> {
  const token = tokens.find(({ id }) => id === scope?.record?.tokenId)
  if (!token || desired.token.kind !== 'issue' || !Number.isFinite(token.expiresAt)) return {}
  const renewal = renewsAt(token.expiresAt, desired.token.renewBeforeMs)
  return { token: { id: token.id, expiresAt: iso(token.expiresAt), renewsAt: iso(renewal) } }
}

/** What hub and workers are told: as the file was found, or as this pass wrote it. */
function roomStatus({ desired, observed, results }: StatusInput): Pick<WorkshopStatus, 'room'> {
  const isWritten = results.some(({ key, outcome }) => key === fleetFileKey && outcome === 'done')
  const room = isWritten ? desired.fleet.room : observed.fleetFile?.room
  if (!room) return {}
  const { announcement, closesAt } = room
  return {
    room: {
      ...(announcement ? { announcement: announcement.text } : {}),
      ...(closesAt === undefined ? {} : { closesAt }),
    },
  }
}

function inventoryOf(
  desired: Desired,
  { apps, scope, tokens, folder }: Observed,
): NonNullable<WorkshopStatus['inventory']> {
  const ours = [...apps.values()].filter((app) => app.description === desired.marker && !isGone(app))
  return [
    ...ours.map(({ name }) => ({ kind: 'App', name })),
    ...(scope?.owner === desired.marker ? [{ kind: 'SecretScope', name: desired.names.scope }] : []),
    ...tokens.map(({ id }) => ({ kind: 'Token', name: id })),
    ...(folder ? [{ kind: 'WorkspaceFolder', name: desired.names.folder }] : []),
  ]
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}
